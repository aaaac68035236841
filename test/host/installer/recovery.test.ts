import t from "tap";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installationFiles } from "../../../src/host/installer/installation-files.js";
import { runInstaller } from "../../../src/workflow/change-kinds/run-installer.js";
import type { RunInstaller } from "../../../src/workflow/change.js";
import { stage as installStage } from "../../support/install-stage.js";
import { vendorArchive } from "../../support/vendor-archive.js";

t.test("what somebody changed long after an installer that was cut off is not taken for its work", async (t) => {
  const s = installStage(t);
  const { path, sha256 } = vendorArchive(s.folder, "echo new > /etc/made-by-installer; exit 1");
  const change: RunInstaller = { step: "module", kind: "run-installer", path, sha256, version: "1.7.0", from: null, timeoutSeconds: 1 };
  const run = { ...s.run(), recovering: true };
  const record = await runInstaller.record(change, run);
  await t.rejects(runInstaller.perform(change, record, run), { code: "installer-failed" });
  // as if the installer had begun an hour ago: what is there now was changed later than it can have run
  const { snapshot } = installationFiles(s.host, run.folder);
  const anHourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(snapshot, anHourAgo, anHourAgo);
  writeFileSync(join(s.root, "etc/by-somebody"), "work");
  t.match(await runInstaller.observe(change, record, run), { state: "other", because: /later than install\.sh can have run/ });
  await runInstaller.undo(change, record, run);
  t.equal(readFileSync(join(s.root, "etc/by-somebody"), "utf8"), "work", "it is kept");
});

t.test("what it left in its own time is taken back", async (t) => {
  const s = installStage(t);
  const { path, sha256 } = vendorArchive(s.folder, "echo new > /etc/made-by-installer; exit 1");
  const change: RunInstaller = { step: "module", kind: "run-installer", path, sha256, version: "1.7.0", from: null, timeoutSeconds: 1 };
  const run = { ...s.run(), recovering: true };
  const record = await runInstaller.record(change, run);
  await t.rejects(runInstaller.perform(change, record, run), { code: "installer-failed" });
  t.same(await runInstaller.observe(change, record, run), { state: "partly" });
  await runInstaller.undo(change, record, run);
  t.notOk(existsSync(join(s.root, "etc/made-by-installer")));
  t.same(await runInstaller.observe(change, record, run), { state: "before" });
});

t.test("a damaged record of what it did is named, and nothing is called undone", async (t) => {
  const s = installStage(t);
  const { path, sha256 } = vendorArchive(s.folder, "cp libkNETPKCS11.so /usr/local/lib/");
  const change: RunInstaller = { step: "module", kind: "run-installer", path, sha256, version: "1.7.0", from: null, timeoutSeconds: 10 };
  const run = { ...s.run(), recovering: true };
  const record = await runInstaller.record(change, run);
  await runInstaller.perform(change, record, run);
  writeFileSync(join(s.root, run.folder, "module/changes.json"), "[");
  await t.rejects(runInstaller.observe(change, record, run), { code: "journal-damaged", where: { path: /changes\.json$/ } });
  await t.rejects(runInstaller.undo(change, record, run), { code: "journal-damaged" });
  t.ok(existsSync(join(s.root, "usr/local/lib/libkNETPKCS11.so")));
});
