import t from "tap";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installationFiles } from "../../../src/host/installer/installation-files.js";
import { runInstaller } from "../../../src/workflow/change-kinds/run-installer.js";
import type { RunInstaller } from "../../../src/workflow/change-kinds/run-installer.js";
import { plain, stage as installStage } from "../../support/install-stage.js";
import { vendorArchive } from "../../support/vendor-archive.js";

type Test = Parameters<typeof installStage>[0];

/** An installation by install.sh made ready, to be looked at and taken back as by another process. */
async function installation(t: Test, install: string) {
  const s = installStage(t);
  const { path, sha256 } = vendorArchive(s.folder, install);
  const change: RunInstaller = {
    step: "module",
    kind: "run-installer",
    path,
    sha256,
    version: "1.7.0",
    from: null,
    timeoutSeconds: 10,
  };
  const run = { ...s.run(), recovering: true };
  const record = await runInstaller.record(change, run);
  return {
    ...s,
    folderOfRun: run.folder,
    perform: () => runInstaller.perform(change, record, run),
    observe: () => runInstaller.observe(change, record, run),
    undo: () => runInstaller.undo(change, record, run),
  };
}

const failing = "echo new > /etc/made-by-installer; exit 1";

t.test(
  "what somebody changed long after an installer that was cut off is not taken for its work",
  async (t) => {
    const s = await installation(t, failing);
    await t.rejects(s.perform(), { code: "installer-failed" });
    // as if the installer had begun an hour ago: what is there now was changed later than it can have run
    const { snapshot } = installationFiles(s.host, s.folderOfRun);
    const anHourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(snapshot, anHourAgo, anHourAgo);
    writeFileSync(s.at("etc/by-somebody"), "work");
    t.match(await s.observe(), { state: "other", because: /later than install\.sh can have run/ });
    await s.undo();
    t.equal(readFileSync(s.at("etc/by-somebody"), "utf8"), "work", "it is kept");
  },
);

t.test("what it left in its own time is taken back", async (t) => {
  const s = await installation(t, failing);
  await t.rejects(s.perform(), { code: "installer-failed" });
  t.same(await s.observe(), { state: "partly" });
  await s.undo();
  t.notOk(existsSync(s.at("etc/made-by-installer")));
  t.same(await s.observe(), { state: "before" });
});

t.test("a damaged record of what it did is named, and nothing is called undone", async (t) => {
  const s = await installation(t, plain);
  await s.perform();
  writeFileSync(s.at(join(s.folderOfRun, "module/changes.json")), "[");
  await t.rejects(s.observe(), { code: "journal-damaged", where: { path: /changes\.json$/ } });
  await t.rejects(s.undo(), { code: "journal-damaged" });
  t.ok(existsSync(s.at("usr/local/lib/libkNETPKCS11.so")));
});
