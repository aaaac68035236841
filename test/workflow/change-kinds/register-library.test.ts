import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { path } from "../../../src/host/path.js";
import { registerLibrary } from "../../../src/workflow/change-kinds/register-library.js";
import { problemOf, stage as installStage } from "../../support/install-stage.js";
import { moduleLibrary } from "../../support/vendor-archive.js";

const entry = "/etc/ld.so.conf.d/knet-pkcs11.conf";
const change = {
  step: "module",
  kind: "register-library",
  path: path(entry),
  library: "libkNETPKCS11.so",
  folder: path("/opt/kryptus/lib"),
} as const;
const ours = "# written by knetctl: the folder of libkNETPKCS11.so\n/opt/kryptus/lib\n";

/** A root with the module in a folder that nothing names to the loader. */
async function stage(t: Parameters<typeof installStage>[0], ...switches: readonly string[]) {
  const s = installStage(t);
  mkdirSync(s.at("opt/kryptus/lib"), { recursive: true });
  writeFileSync(
    s.at("opt/kryptus/lib/libkNETPKCS11.so"),
    moduleLibrary(join(s.folder, "build"), undefined, ...switches),
  );
  const cache = () => readFileSync(s.at("etc/ld.so.cache"), "latin1");
  return {
    ...s,
    cache,
    entry: s.at(entry),
    perform: async () => {
      const run = s.run();
      const prior = await registerLibrary.record(change, run);
      await registerLibrary.perform(change, prior, run);
      return {
        undo: () => registerLibrary.undo(change, prior, run),
        observe: () => registerLibrary.observe(change, prior, run),
      };
    },
  };
}

test("registered, and taken back: the loader's cache forgets it as well", async (t) => {
  const s = await stage(t);
  const { undo, observe } = await s.perform();
  t.equal(readFileSync(s.entry, "utf8"), ours);
  t.ok(s.cache().includes("libkNETPKCS11.so"));
  t.same(await observe(), { state: "after" });
  await undo();
  t.notOk(existsSync(s.entry));
  t.notOk(s.cache().includes("libkNETPKCS11.so"), "ldconfig has run");
});

test(
  "it is looked whether the loader finds it after ldconfig: a library that calls itself otherwise it " +
    "does not",
  async (t) => {
    const s = await stage(t, "-Wl,-soname,libother.so.1");
    t.match(await problemOf(s.perform()), {
      code: "module-not-registered",
      message: "the dynamic loader does not find libkNETPKCS11.so",
      hint: /SONAME/,
    });
  },
);

test("ld.so.conf that includes nothing: the missing line is named, and nothing is written", async (t) => {
  const s = await stage(t);
  writeFileSync(s.at("etc/ld.so.conf"), "/usr/local/lib\n");
  const problem = await problemOf(s.perform());
  t.match(problem, { code: "module-not-registered", where: { path: "/etc/ld.so.conf" } });
  t.match(problem.hint ?? "", "include /etc/ld.so.conf.d/*.conf");
  t.notOk(existsSync(s.entry));
});

test(
  "an entry of that name that somebody else wrote keeps its lines and its rights; taken back it is as " +
    "it was",
  async (t) => {
    const s = await stage(t);
    const theirs = Buffer.from("# ours, since 2019 \xe9\n/opt/other/lib", "latin1");
    writeFileSync(s.entry, theirs);
    chmodSync(s.entry, 0o600);
    const { undo, observe } = await s.perform();
    t.equal(readFileSync(s.entry, "latin1"), `${theirs.toString("latin1")}\n${ours}`);
    t.equal(lstatSync(s.entry).mode & 0o777, 0o600);
    t.match(s.notes.join("\n"), /is not knetctl's alone/);
    t.same(await observe(), { state: "after" });
    await s.perform();
    t.equal(readFileSync(s.entry, "latin1"), `${theirs.toString("latin1")}\n${ours}`, "once is enough");
    await undo();
    t.same(readFileSync(s.entry), theirs);
  },
);

test("an entry that somebody added a line to since is theirs too: not taken back", async (t) => {
  const s = await stage(t);
  const { undo, observe } = await s.perform();
  writeFileSync(s.entry, `${ours}/opt/more\n`);
  t.match(await observe(), { state: "other", path: entry });
  t.equal((await problemOf(undo())).code, "undo-unsafe");
});
