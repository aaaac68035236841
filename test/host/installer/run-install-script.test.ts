import { lstatSync, readFileSync } from "node:fs";
import { test } from "tap";
import { leftOverProcesses } from "../../../src/host/commands/left-over-processes.js";
import { runInstaller } from "../../../src/workflow/change-kinds/run-installer.js";
import { change, picture, plain, problemOf, stage } from "../../support/install-stage.js";
import { plainChildren } from "../../support/plain-children.js";
import { vendorArchive } from "../../support/vendor-archive.js";

plainChildren();

test("53: it fails half-way: the problem shows its last words, and undoing brings everything back", async (t) => {
  const s = stage(t);
  const before = picture(s.root);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, `${plain}\necho working\necho 'no licence' >&2\nexit 3`));
  const record = await runInstaller.record(installer, run);
  const problem = await problemOf(runInstaller.perform(installer, record, run));
  t.equal(problem.code, "installer-failed");
  t.match(problem.detail ?? "", /exit code 3[^]*working\nno licence/);
  t.equal(readFileSync(s.at(`${run.folder}/install.log`), "utf8"), "working\nno licence\n");
  t.equal(lstatSync(s.at(`${run.folder}/install.log`)).mode & 0o777, 0o600);
  await runInstaller.undo(installer, record, run);
  t.equal(picture(s.root), before);
});

test("53: it hangs: ended at the time-out with all it started", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, "trap '' TERM\nsetsid sleep 50 &\nsleep 50"), 1);
  const record = await runInstaller.record(installer, run);
  t.equal((await problemOf(runInstaller.perform(installer, record, run))).code, "installer-timeout");
  t.same(leftOverProcesses(record.marker), []);
});

test("53: it asks a question: there is nobody to answer", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, "printf 'Accept the licence? [y/N] '\nread answer\ncp libkNETPKCS11.so /usr/local/lib/"));
  const problem = await problemOf(runInstaller.perform(installer, await runInstaller.record(installer, run), run));
  t.equal(problem.code, "installer-asked");
  t.match(problem.detail ?? "", /Accept the licence/);
});

test("53: it leaves a daemon: ended, and said", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, `${plain}\nsetsid sleep 50 >/dev/null 2>&1 </dev/null &`));
  const record = await runInstaller.record(installer, run);
  await runInstaller.perform(installer, record, run);
  t.same(leftOverProcesses(record.marker), []);
  t.match(s.notes.join("\n"), /left (sleep|setsid) \(process \d+\) running/);
});

test("its environment and place: nothing of ours, its own folder, umask 022", async (t) => {
  const s = stage(t);
  const run = s.run();
  process.env["KNETCTL_TEST_SECRET"] = "hush";
  const umask = process.umask(0o077);
  t.teardown(() => { process.umask(umask); });
  const installer = change(vendorArchive(s.folder, `${plain}\nenv > /opt/env\ncat > /opt/input\ncat LIES_HERE > /opt/here\ncp -p LIES_HERE /opt/copied`, { extra: [{ name: "kNET-PKCS11-Linux-1.7.0/LIES_HERE", content: "yes", mode: 0o666, uid: 1000 }] }));
  await runInstaller.perform(installer, await runInstaller.record(installer, run), run);
  delete process.env["KNETCTL_TEST_SECRET"];
  t.same(readFileSync(s.at("opt/env"), "utf8").split("\n").filter(Boolean).map((line) => line.split("=")[0]).sort(),
    ["DEBIAN_FRONTEND", "HOME", "KNETCTL_MARK", "LC_ALL", "LOGNAME", "OLDPWD", "PATH", "PWD", "TERM", "USER"]);
  t.equal(readFileSync(s.at("opt/input"), "utf8"), "");
  t.equal(readFileSync(s.at("opt/here"), "utf8"), "yes");
  t.equal(lstatSync(s.at("opt/env")).mode & 0o777, 0o644);
  const { mode, uid } = lstatSync(s.at("opt/copied"));
  t.same([mode & 0o777, uid], [0o644, 0], "the archive's owner and write permissions are not believed");
});
