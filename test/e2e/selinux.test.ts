import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import t from "tap";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { Journal } from "../../src/workflow/journal/journal.js";
import { undoChanges } from "../../src/workflow/undo/undo-changes.js";
import type { UndoableChange } from "../../src/workflow/change.js";
import { folderChange } from "../support/changes.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl } from "../support/knetctl.js";
import { configFile, provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

// what a kernel with SELinux shows; the rest of it cannot be had on this one
execFileSync("mount", ["-t", "tmpfs", "none", "/sys/fs"]);
mkdirSync("/sys/fs/selinux");
writeFileSync("/sys/fs/selinux/enforce", "1");
const restorecon = "/usr/sbin/restorecon";
const log = "/root/labelled";

function install(exitCode: number): void {
  const script = `#!/bin/sh\nfor path; do [ -e "$path" ] && echo "$path" >> ${log}; done\nexit ${exitCode}\n`;
  writeFileSync(restorecon, script, { mode: 0o755 });
  rmSync(log, { force: true });
}

const labelled = (): readonly string[] => readFileSync(log, "utf8").trim().split("\n");
const run = ["apply", "--no-smoke-test", profile];

t.test("without restorecon it is said that what was created has no label", async (t) => {
  const { exitCode, stderr } = await knetctl(run);
  t.equal(exitCode, 0, stderr);
  t.match(stderr, /no restorecon[^]*host-context-not-set[^]*policycoreutils, then restorecon -i -- \/\S+/);
  t.equal((await knetctl(["rollback"])).exitCode, 0);
});

t.test("what was created is labelled, and what was there is left alone", async (t) => {
  install(0);
  const { exitCode, stderr } = await knetctl(run);
  t.equal(exitCode, 0, stderr);
  t.notMatch(stderr, /host-context-not-set/);
  const paths = labelled();
  for (const created of [configFile, "/var/amplia/.config"]) t.ok(paths.includes(created), created);
  for (const there of ["/etc/passwd", "/etc/ld.so.cache", "/usr/local/lib"])
    t.notOk(paths.includes(there), there);
  t.ok(paths.some((one) => one.endsWith("/libkNETPKCS11.so")));
});

t.test("a restorecon that fails undoes nothing", async (t) => {
  t.equal((await knetctl(["rollback"])).exitCode, 0);
  install(1);
  const { exitCode, stderr } = await knetctl(run);
  t.equal(exitCode, 0, stderr);
  t.match(stderr, /restorecon could not label what was created[^]*run it by hand: restorecon -i -- /);
});

t.test("what is put back is labelled too", async (t) => {
  install(0);
  const host = realHost(path("/"));
  const change = { ...folderChange("/srv/was-there"), path: path("/srv/was-there") };
  const journal = Journal.begin(host, { profile: "p.yaml", who: "root", version: "0", changes: [change] });
  const recorded: UndoableChange = {
    change,
    number: 1,
    prior: {},
    perform: () => Promise.resolve(),
    observe: () => Promise.resolve({ state: "before" }),
    byHand: () => [],
    undo: () => {
      mkdirSync(change.path);
      return Promise.resolve();
    },
  };
  const { unlabelled } = await undoChanges([recorded], journal, () => undefined);
  t.same(unlabelled, []);
  t.same(labelled(), [change.path]);
});
