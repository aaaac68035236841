import t from "tap";
import { execFileSync } from "node:child_process";
import { containerfile } from "../../../src/commands/targets/containerfile.js";
import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import { hostileNames, hostileProfile, someHostiles } from "../../support/hostile-names.js";

const options = { version: "1.2.3" };
const module = { archive: "kNET-PKCS11-Linux-1.7.0.tar", answers: ["it's", "$x"] };

t.test("the last stage has what the first has made, and starts as the service's account", async (t) => {
  const profile = await hostileProfile(["ca_signer"], {
    module,
    service: { user: "app", group: "apps", home: "/srv/a b", environment: { A: 'x "$y" \\' } },
  });
  const text = (await containerfile(profile, { ...options, ids: { uid: 5001, gid: 5002 } })) ?? "";
  const [, , last = ""] = text.split(/^FROM /m);
  t.equal(
    last,
    `\${BASE_IMAGE} AS application
COPY --from=proof /build/root/ /
ENV HOME="/srv/a b"
ENV A="x \\"\\$y\\" \\\\"
USER 5001:5002
`,
  );
  t.match(text, /^COPY kNET-PKCS11-Linux-1\.7\.0\.tar \/build\/$/m);
  t.notMatch(text, /run\/secrets/, "no PIN, and not where one is");
});

t.test("whatever users are called, the shell gets one profile that knetctl reads as it was", async (t) => {
  const commands: string[] = [];
  const wanted: unknown[] = [];
  await fc.assert(
    fc.asyncProperty(someHostiles, async (names) => {
      const text = (await containerfile(await hostileProfile(names, { module }), options)) ?? "";
      const [, printed = ""] = /^ && (printf .*) >\/build\/profile\.json \\$/m.exec(text) ?? [];
      commands.push(printed);
      wanted.push(new Set(names));
    }),
    { numRuns: cases(60), examples: [[hostileNames]] },
  );
  const said = execFileSync("/bin/sh", ["-c", commands.join("\n")], { encoding: "utf8" });
  const read = said
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { users: object; module: { answers: unknown } });
  t.strictSame(
    read.map(({ users }) => new Set(Object.keys(users))),
    wanted,
  );
  t.strictSame(read[0]?.module.answers, module.answers);
});
