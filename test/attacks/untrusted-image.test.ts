import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type Test } from "tap";
import type { InstallationRecord } from "../../src/host/installer/record-installation.js";
import { path } from "../../src/host/path.js";
import { runInstaller } from "../../src/workflow/change-kinds/run-installer.js";
import type { RunInstaller } from "../../src/workflow/change.js";
import { scratch } from "../support/scratch.js";
import { plainChildren } from "../support/plain-children.js";
import { stage, type Stage } from "../support/install-stage.js";

plainChildren();

// What an image holds was written by whoever made it. None of it may lead root to a file of this machine, to read or to write.

/** A file of the machine that is none of the image's business. */
function hostSecret(t: Test): string {
  return scratch(t).file("secret", "of the host", { mode: 0o600 });
}

const record: InstallationRecord = { marker: "0".repeat(32), installer: "install.sh", interpreter: { args: [] }, names: [], receipt: null };
const installer: RunInstaller = { step: "module", kind: "run-installer", path: path("/archive.tar"), sha256: "0".repeat(64), version: "1.7.0", from: null, timeoutSeconds: 20 };

/** A run that the image says was cut off after install.sh had replaced a file. */
function plantedRun(s: Stage, backup: string) {
  const run = s.run();
  const module = s.at(`${run.folder}/module`);
  mkdirSync(join(module, "backups"), { recursive: true, mode: 0o700 });
  writeFileSync(s.at("etc/shown"), "new");
  const state = { kind: "file", mode: 0o644, uid: 0, gid: 0 };
  const planted = JSON.stringify([{ path: "/etc/shown", change: "replaced", before: state, after: state, backup }]);
  writeFileSync(join(module, "changes.json"), planted);
  return { run, module };
}

test("a planted record whose backup is a path, or a link, brings no file of the machine into the image", async (t) => {
  const secret = hostSecret(t);
  const s = stage(t);
  for (const backup of [`../../../../../../..${"/..".repeat(9)}${secret}`, "link", "0"]) {
    const { run, module } = plantedRun(s, backup);
    for (const name of ["link", "0"]) symlinkSync(secret, join(module, "backups", name));
    await runInstaller.undo(installer, record, run).catch(() => undefined);
    t.equal(readFileSync(s.at("etc/shown"), "utf8"), "new", backup);
  }
});

test("a folder of backups that is a link of the image's leads nowhere outside of it", async (t) => {
  const secret = hostSecret(t);
  const s = stage(t);
  const { run, module } = plantedRun(s, "0");
  rmSync(join(module, "backups"), { recursive: true });
  symlinkSync(join(secret, ".."), join(module, "backups"));
  writeFileSync(join(secret, "../0"), "of the host");
  await runInstaller.undo(installer, record, run).catch(() => undefined);
  t.equal(readFileSync(s.at("etc/shown"), "utf8"), "new");
});

test("what is recorded of an undoing never goes through a link of the image's", async (t) => {
  const secret = hostSecret(t);
  const s = stage(t);
  const { run, module } = plantedRun(s, "0");
  rmSync(join(module, "changes.json"));
  symlinkSync(secret, join(module, "changes.json"));
  writeFileSync(join(module, "snapshot"), emptySnapshot());
  await runInstaller.undo(installer, record, run).catch(() => undefined);
  t.equal(readFileSync(secret, "utf8"), "of the host");
  t.ok(lstatSync(secret).isFile());
});

/** Of a system without a single file: then everything that the image holds was made by install.sh. */
function emptySnapshot(): Buffer {
  return Buffer.concat([Buffer.alloc(8), Buffer.from("complete")]);
}
