import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import type { Host } from "../../src/host/host.js";
import { leftOverProcesses } from "../../src/host/installer/left-over-processes.js";
import type { InstallationRecord } from "../../src/host/installer/record-installation.js";
import { joined } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { runsFolder } from "../../src/host/state.js";
import { Problem, Problems } from "../../src/problem/problem.js";
import { runInstaller } from "../../src/workflow/change-kinds/run-installer.js";
import type { RunContext } from "../../src/workflow/change-kind.js";
import type { RunInstaller } from "../../src/workflow/change.js";
import { plainChildren } from "../support/plain-children.js";
import { smallRoot } from "../support/small-root.js";
import { vendorArchive } from "../support/vendor-archive.js";
import type { VendorArchive } from "../support/vendor-archive.js";

plainChildren();

interface Test {
  testdir(): string;
  teardown(work: () => void): void;
}

interface Stage {
  readonly root: string;
  readonly host: Host;
  readonly folder: string;
  readonly notes: string[];
  run(): RunContext;
  at(path: string): string;
}

const plain = "cp libkNETPKCS11.so /usr/local/lib/";

function stage(t: Test): Stage {
  const root = smallRoot(t);
  const host = realHost(root);
  const notes: string[] = [];
  let runs = 0;
  return {
    root, host, notes, folder: t.testdir(),
    at: (path) => join(root, path),
    run: () => {
      const folder = joined(runsFolder, `run-${runs++}`);
      host.files().createFolder(folder, { mode: 0o700, uid: 0, gid: 0 });
      return { host, folder, note: (text) => { notes.push(text); } };
    },
  };
}

function change(archive: VendorArchive, timeoutSeconds = 20): RunInstaller {
  return { step: "module", kind: "run-installer", path: archive.path, sha256: archive.sha256, version: "1.7.0", from: null, timeoutSeconds };
}

/** Everything that undoing has to bring back, as text: kind, mode, owner, content. */
function picture(root: string): string {
  return execFileSync("sh", ["-c", "cd \"$1\" && find etc opt usr lib* bin \\( -name 'ld.so.cache*' -prune \\) -o -printf '%p %y %m %U %G %l\\n' | sort && find etc opt usr -type f ! -name 'ld.so.cache*' -exec sha256sum {} + | sort", "sh", root], { encoding: "utf8" });
}

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Problem) return error;
    if (error instanceof Problems && error.list[0] !== undefined) return error.list[0];
    throw error;
  }
  throw new Error("it succeeded");
}

function receipt(s: Stage): { version: string; library: string; files: { path: string; mode: number }[] } {
  return JSON.parse(readFileSync(s.at("var/lib/knetctl/module.json"), "utf8")) as ReturnType<typeof receipt>;
}

/** A system with things for an installer to trample on. */
function furnish(s: Stage): void {
  mkdirSync(s.at("opt/old/deep"), { recursive: true });
  writeFileSync(s.at("opt/old/deep/data"), "old data");
  writeFileSync(s.at("opt/keep.conf"), "before");
  chownSync(s.at("opt/keep.conf"), 7, 8);
  chmodSync(s.at("opt/keep.conf"), 0o640);
  writeFileSync(s.at("usr/local/lib/libkNETPKCS11.so"), "an older module");
  symlinkSync("libkNETPKCS11.so", s.at("usr/local/lib/libknet.so"));
  writeFileSync(s.at("etc/secret.conf"), "hush");
  chmodSync(s.at("etc/secret.conf"), 0o600);
}

const trample = `
cp libkNETPKCS11.so /usr/local/lib/libkNETPKCS11.so
mkdir -p /opt/kryptus/a/b && echo new > /opt/kryptus/a/b/file && ln -s a/b /opt/kryptus/link
echo after > /opt/keep.conf; chmod 666 /opt/keep.conf
rm -rf /opt/old
ln -sfn /opt/kryptus /usr/local/lib/libknet.so
chmod 644 /etc/secret.conf; chown 5:6 /etc/secret.conf
rm /etc/group && mkdir /etc/group && echo x > /etc/group/inside
echo /opt/kryptus >> /etc/ld.so.conf`;

test("what install.sh did is recorded, and undone to the last bit", async (t) => {
  const s = stage(t);
  furnish(s);
  const before = picture(s.root);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, trample));
  const record = await runInstaller.record(installer, run);
  t.equal(picture(s.root), before, "recording changes nothing");
  await runInstaller.perform(installer, record, run);
  t.not(picture(s.root), before);
  t.equal(receipt(s).library, "/usr/local/lib/libkNETPKCS11.so");
  const named = receipt(s).files.map(({ path }) => path);
  t.ok(named.includes("/opt/kryptus/a/b/file"));
  t.notOk(named.includes("/etc/ld.so.conf"), "a file of the system that it edited is not the module's");
  t.equal(lstatSync(s.at("var/lib/knetctl/module.json")).mode & 0o777, 0o600);
  t.notOk(existsSync(s.at(`${run.folder}/module/work`)), "nothing extracted stays");

  const asJournalled = JSON.parse(JSON.stringify(record)) as InstallationRecord;
  await runInstaller.undo(installer, asJournalled, run);
  t.equal(picture(s.root), before);
  t.notOk(existsSync(s.at("var/lib/knetctl/module.json")));
  await runInstaller.undo(installer, asJournalled, run);
  t.equal(picture(s.root), before, "undoing can be repeated");
});

test("backups are private, and only of what changed", async (t) => {
  const s = stage(t);
  furnish(s);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, trample));
  await runInstaller.perform(installer, await runInstaller.record(installer, run), run);
  const folder = s.at(`${run.folder}/module/backups`);
  t.equal(lstatSync(folder).mode & 0o777, 0o700);
  const contents = readdirSync(folder).filter((name) => name !== "index.json").map((name) => {
    t.equal(lstatSync(join(folder, name)).mode & 0o777, 0o600);
    return readFileSync(join(folder, name), "utf8");
  });
  t.ok(contents.includes("old data"));
  t.notOk(contents.some((text) => text.includes("root:x:0:0")), "/etc/passwd did not change");
});

test("undone after a crash in the middle: install.sh still runs and nothing was recorded", async (t) => {
  const s = stage(t);
  furnish(s);
  const before = picture(s.root);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, `${trample}\necho half > /opt/half\nsleep 60\necho late > /opt/late`));
  const record = await runInstaller.record(installer, run);
  const performing = problemOf(runInstaller.perform(installer, record, run));
  while (!existsSync(s.at("opt/half"))) await new Promise((resolve) => setTimeout(resolve, 20));
  await runInstaller.undo(installer, record, run);
  t.equal(picture(s.root), before);
  t.same(leftOverProcesses(record.marker), []);
  await performing;
  await runInstaller.undo(installer, record, run);
  t.equal(picture(s.root), before);
});

test("undone before it began: nothing to do", async (t) => {
  const s = stage(t);
  const before = picture(s.root);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, plain));
  await runInstaller.undo(installer, await runInstaller.record(installer, run), run);
  t.equal(picture(s.root), before);
});

test("it fails half-way: the problem shows its last words, and undoing brings everything back", async (t) => {
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

test("it hangs: ended at the time-out with all it started", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, "trap '' TERM\nsetsid sleep 50 &\nsleep 50"), 1);
  const record = await runInstaller.record(installer, run);
  t.equal((await problemOf(runInstaller.perform(installer, record, run))).code, "installer-timeout");
  t.same(leftOverProcesses(record.marker), []);
});

test("it asks a question: there is nobody to answer", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, "printf 'Accept the licence? [y/N] '\nread answer\ncp libkNETPKCS11.so /usr/local/lib/"));
  const problem = await problemOf(runInstaller.perform(installer, await runInstaller.record(installer, run), run));
  t.equal(problem.code, "installer-asked");
  t.match(problem.detail ?? "", /Accept the licence/);
});

test("it leaves a daemon: ended, and said", async (t) => {
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
    ["DEBIAN_FRONTEND", "HOME", "KNETCTL_INSTALLER", "LC_ALL", "LOGNAME", "OLDPWD", "PATH", "PWD", "TERM", "USER"]);
  t.equal(readFileSync(s.at("opt/input"), "utf8"), "");
  t.equal(readFileSync(s.at("opt/here"), "utf8"), "yes");
  t.equal(lstatSync(s.at("opt/env")).mode & 0o777, 0o644);
  const { mode, uid } = lstatSync(s.at("opt/copied"));
  t.same([mode & 0o777, uid], [0o644, 0], "the archive's owner and write permissions are not believed");
});

test("an archive replaced after the plan is refused before anything runs", async (t) => {
  const s = stage(t);
  const before = picture(s.root);
  const planned = vendorArchive(s.folder, plain);
  const installer = change(planned);
  vendorArchive(s.folder, `${plain}\ntouch /opt/evil`);
  const run = s.run();
  t.equal((await problemOf(runInstaller.record(installer, run))).code, "archive-changed");
  t.equal(picture(s.root), before);
  t.notOk(existsSync(s.at(`${run.folder}/module`)), "nothing of it is kept");
});

test("it succeeds and installs nothing", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, "exit 0"));
  t.equal((await problemOf(runInstaller.perform(installer, await runInstaller.record(installer, run), run))).code, "installer-no-library");
});

test("what an administrator changed after the installation is left alone and listed", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, `${plain}\necho vendor > /opt/knet.conf`));
  const record = await runInstaller.record(installer, run);
  await runInstaller.perform(installer, record, run);
  writeFileSync(s.at("opt/knet.conf"), "tuned by hand");
  const problem = await problemOf(runInstaller.undo(installer, record, run));
  t.equal(problem.code, "installer-undo-incomplete");
  t.match(problem.detail ?? "", "/opt/knet.conf: it was changed");
  t.equal(readFileSync(s.at("opt/knet.conf"), "utf8"), "tuned by hand");
  t.notOk(existsSync(s.at("usr/local/lib/libkNETPKCS11.so")), "the rest is undone");
});

test("a second version: undoing it brings the first back, receipt and all", async (t) => {
  const s = stage(t);
  const first = change(vendorArchive(s.folder, `${plain}\nln -s libkNETPKCS11.so /usr/local/lib/libknet.so`));
  const firstRun = s.run();
  await runInstaller.perform(first, await runInstaller.record(first, firstRun), firstRun);
  const [before, receiptBefore] = [picture(s.root), JSON.stringify(receipt(s))];
  const second = { ...change(vendorArchive(s.folder, `${plain}\nln -sfn /opt /usr/local/lib/libknet.so\necho 2 > /opt/two`, { version: "1.8.0" })), version: "1.8.0" };
  const run = s.run();
  const record = await runInstaller.record(second, run);
  await runInstaller.perform(second, record, run);
  t.equal(receipt(s).version, "1.8.0");
  t.equal(readlinkSync(s.at("usr/local/lib/libknet.so")), "/opt");
  await runInstaller.undo(second, record, run);
  t.equal(picture(s.root), before);
  t.equal(JSON.stringify(receipt(s)), receiptBefore);
});

test("run again over a file it does not bring back: the file must not become the record", async (t) => {
  const s = stage(t);
  const installer = change(vendorArchive(s.folder, "[ -e /usr/local/lib/libkNETPKCS11.so ] || cp libkNETPKCS11.so /usr/local/lib/\n[ -e /opt/once ] || echo vendor > /opt/once"));
  const firstRun = s.run();
  await runInstaller.perform(installer, await runInstaller.record(installer, firstRun), firstRun);
  writeFileSync(s.at("opt/once"), "replaced");
  const run = s.run();
  const problem = await problemOf(runInstaller.perform(installer, await runInstaller.record(installer, run), run));
  t.equal(problem.code, "module-drift");
  t.match(problem.detail ?? "", "/opt/once");
  rmSync(s.at("opt/once"));
});
