import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import t from "tap";
import type { Host } from "../../../src/host/host.js";
import { path } from "../../../src/host/path.js";
import { runLdconfig } from "../../../src/host/installer/ldconfig.js";
import {
  type RefreshLoaderCache,
  refreshLoaderCache as kind,
} from "../../../src/workflow/change-kinds/refresh-loader-cache.js";
import { stage, type Stage } from "../../support/install-stage.js";

const library = path("/lib/libm.so.6");
const change: RefreshLoaderCache = {
  step: "module",
  kind: "refresh-loader-cache",
  path: path("/etc/ld.so.cache"),
};
const installed = { step: "module", kind: "install-file", path: library } as const;

/** A library of this machine in the root, as an installer would have brought one. */
function install(s: Stage): void {
  const folder = execFileSync(
    "sh",
    ["-c", "dirname $(readlink -f $(ldd /bin/sh | grep -o '/[^ ]*libc.so.6'))"],
    {
      encoding: "utf8",
    },
  ).trim();
  copyFileSync(`${folder}/libm.so.6`, s.at(library));
}

t.test("it is made anew, and once more when the library is taken back", async (t) => {
  const s = stage(t);
  const run = { ...s.run(), changes: [installed, change] };
  const prior = await kind.record(change, run);
  t.same(kind.parsePrior(JSON.parse(JSON.stringify(prior))), prior);
  const observe = () => kind.observe(change, prior, run);
  t.same(await observe(), { state: "before" });
  install(s);
  await kind.perform(change, prior, run);
  t.same(await observe(), { state: "after" });
  await kind.undo(change, prior, run);
  rmSync(s.at(library));
  t.same(await observe(), { state: "partly" });
  for (const time of ["first", "second"]) {
    await kind.settle?.(change, prior, run);
    t.same(await observe(), { state: "before" }, time);
  }
});

t.test("a library that was known before is no trace of the run", async (t) => {
  const s = stage(t);
  install(s);
  await runLdconfig(s.host);
  const run = { ...s.run(), changes: [installed, change] };
  const prior = await kind.record(change, run);
  await kind.perform(change, prior, run);
  t.same(await kind.observe(change, prior, run), { state: "before" });
});

/** A root whose cache does not know the library yet, and the cache that ldconfig built of it in a stage. */
async function staged(s: Stage): Promise<Buffer> {
  const file = s.at(change.path);
  await runLdconfig(s.host);
  const before = readFileSync(file);
  install(s);
  await runLdconfig(s.host);
  const after = readFileSync(file);
  writeFileSync(file, before);
  t.notOk(before.equals(after), "it would be no other");
  return after;
}

/** Makes the change with what the stage holds; how often a program was run on the host for it. */
async function performed(s: Stage, loaderCache: Buffer): Promise<number> {
  let runs = 0;
  const { commands } = s.host;
  const host: Host = {
    ...s.host,
    commands: {
      ...commands,
      run: (command) => {
        runs++;
        return commands.run(command);
      },
    },
  };
  const none = (): never => {
    throw new Error("nothing of the kind is in the stage");
  };
  const run = {
    ...s.run(),
    host,
    changes: [installed, change],
    contents: { read: none, file: none, loaderCache },
  };
  await kind.perform(change, { known: [] }, run);
  return runs;
}

t.test("what ldconfig built in the stage is put in place as it was proven", async (t) => {
  const s = stage(t);
  const after = await staged(s);
  t.equal(await performed(s, after), 0);
  t.ok(readFileSync(s.at(change.path)).equals(after));
});

t.test("a cache that says something else of this host's libraries is built anew", async (t) => {
  const s = stage(t);
  const after = await staged(s);
  const other = Buffer.from(after);
  other.write("/opt/xx/", other.indexOf("libc.so.6\0/") + "libc.so.6\0".length);
  t.notOk(other.equals(after));
  t.equal(await performed(s, other), 1);
  t.ok(readFileSync(s.at(change.path)).equals(after));
});

t.test("a cache of other rights than ldconfig gives is built anew", async (t) => {
  const s = stage(t);
  const after = await staged(s);
  chmodSync(s.at(change.path), 0o600);
  t.equal(await performed(s, after), 1);
  t.ok(readFileSync(s.at(change.path)).equals(after));
});

t.test("prior states that nobody wrote so", (t) => {
  for (const json of [null, {}, { known: "x" }, { known: [1] }]) t.equal(kind.parsePrior(json), undefined);
  t.end();
});
