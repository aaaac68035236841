import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import t from "tap";
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

t.test("prior states that nobody wrote so", (t) => {
  for (const json of [null, {}, { known: "x" }, { known: [1] }]) t.equal(kind.parsePrior(json), undefined);
  t.end();
});
