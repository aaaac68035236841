import t from "tap";
import { execFileSync } from "node:child_process";
import { parse } from "yaml";
import { userData } from "../../../src/commands/targets/cloud-init.js";
import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import { hostileNames, hostileProfile, pinFileOf, someHostiles } from "../../support/hostile-names.js";

interface UserData {
  readonly write_files: readonly {
    readonly path: string;
    readonly permissions: string;
    readonly content: string;
  }[];
  readonly runcmd: readonly (readonly string[])[];
}

/** As cloud-init reads it, whose YAML is of version 1.1. */
const read = (text: string): UserData => parse(text, { version: "1.1" }) as UserData;

t.test("the profile is in it word for word, for root alone, and the script is what is run", async (t) => {
  const text = 'connections: {} # "$x"\n\n  # indented\nend: no line break';
  const data = await userData(await hostileProfile(["a"]), text, "1.2.3");
  t.match(data, /^#cloud-config\n/);
  t.match(read(data), {
    write_files: [
      { path: "/etc/knetctl/profile.yaml", permissions: "0600", content: text },
      { path: "/usr/local/sbin/knetctl-set-up", permissions: "0700", content: /^#!\/bin\/sh\n/ },
    ],
    runcmd: [["/usr/local/sbin/knetctl-set-up"]],
  });
});

t.test(
  "whatever the profile's text is, and whatever its files are called, both are read as they are",
  async (t) => {
    const scripts: string[] = [];
    await fc.assert(
      fc.asyncProperty(someHostiles, fc.string({ unit: "grapheme" }), async (names, text) => {
        const module = { archive: `${names[0]?.replaceAll(/[/$~]/g, "_") ?? ""}.tar` };
        const [profile, script] = read(
          await userData(await hostileProfile(names, { module }), text, "1.2.3"),
        ).write_files;
        t.equal(profile?.content, text);
        const [, loop = ""] = /^(for file in [^]*?; do)\n/m.exec(script?.content ?? "") ?? [];
        scripts.push(`${loop} printf '%s\\0' "$file"; done; printf '\\0'`);
        wanted.push(...names.map(pinFileOf), "");
      }),
      { numRuns: cases(60), examples: [[hostileNames, ""]] },
    );
    const seen = execFileSync("/bin/sh", ["-c", scripts.join("\n")], { encoding: "utf8" });
    t.strictSame(seen.split("\0").slice(0, -1), wanted);
  },
);

const wanted: string[] = [];

t.test("a secret that is in no file is refused: nobody could write it before the proof", async (t) => {
  const store = { type: "Dinamo", address: "10.0.0.1", user: "u", password: { prompt: true } };
  const profile = await hostileProfile(["a"], { key_stores: { k: store } });
  await t.rejects(userData(profile, "", "1.2.3"), { code: "render-secret-source" });
});
