import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { leftOverProcesses } from "../../src/host/commands/left-over-processes.js";
import type { InstallationRecord } from "../../src/host/installer/record-installation.js";
import { runInstaller } from "../../src/workflow/change-kinds/run-installer.js";
import { plainChildren } from "../support/plain-children.js";
import { change, picture, plain, problemOf, stage } from "../support/install-stage.js";
import type { Stage } from "../support/install-stage.js";
import { vendorArchive } from "../support/vendor-archive.js";

plainChildren();

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
  t.same(
    named,
    ["/usr/local/lib/libkNETPKCS11.so"],
    "what install.sh made or edited itself is not the archive's",
  );
  t.equal(lstatSync(s.at("var/lib/knetctl/module.json")).mode & 0o777, 0o600);
  t.notOk(existsSync(s.at(`${run.folder}/module/work`)), "nothing extracted stays");

  const asJournalled = JSON.parse(JSON.stringify(record)) as InstallationRecord;
  await runInstaller.undo(installer, asJournalled, run);
  t.strictSame(picture(s.root).split("\n"), before.split("\n"));
  t.notOk(existsSync(s.at("var/lib/knetctl/module.json")));
  await runInstaller.undo(installer, asJournalled, run);
  t.equal(picture(s.root), before, "undoing can be repeated");
});

test("a state folder that is a link of root's to another disk serves as well", async (t) => {
  const s = stage(t);
  mkdirSync(s.at("data"));
  renameSync(s.at("var/lib/knetctl"), s.at("data/knetctl"));
  symlinkSync("../../data/knetctl", s.at("var/lib/knetctl"));
  const before = picture(s.root);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, plain));
  const record = await runInstaller.record(installer, run);
  await runInstaller.perform(installer, record, run);
  t.equal(receipt(s).library, "/usr/local/lib/libkNETPKCS11.so");
  t.notOk(existsSync(s.at(`${run.folder}/module/work`)), "nothing extracted stays");
  await runInstaller.undo(installer, record, run);
  t.equal(picture(s.root), before);
});

test("backups are private, and only of what changed", async (t) => {
  const s = stage(t);
  furnish(s);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, trample));
  await runInstaller.perform(installer, await runInstaller.record(installer, run), run);
  const folder = s.at(`${run.folder}/module/backups`);
  t.equal(lstatSync(folder).mode & 0o777, 0o700);
  const contents = readdirSync(folder)
    .filter((name) => name !== "index.json")
    .map((name) => {
      t.equal(lstatSync(join(folder, name)).mode & 0o777, 0o600);
      return readFileSync(join(folder, name), "utf8");
    });
  t.ok(contents.includes("old data"));
  t.notOk(
    contents.some((text) => text.includes("root:x:0:0")),
    "/etc/passwd did not change",
  );
});

test("undone after a crash in the middle: install.sh still runs and nothing was recorded", async (t) => {
  const s = stage(t);
  furnish(s);
  const before = picture(s.root);
  const run = s.run();
  const installer = change(
    vendorArchive(s.folder, `${trample}\necho half > /opt/half\nsleep 60\necho late > /opt/late`),
  );
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
  t.equal(
    (await problemOf(runInstaller.perform(installer, await runInstaller.record(installer, run), run))).code,
    "installer-no-library",
  );
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
  const second = {
    ...change(
      vendorArchive(s.folder, `${plain}\nln -sfn /opt /usr/local/lib/libknet.so\necho 2 > /opt/two`, {
        version: "1.8.0",
      }),
    ),
    version: "1.8.0",
  };
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
  const extra = [{ name: "kNET-PKCS11-Linux-1.7.0/once", content: "vendor" }];
  const installer = change(
    vendorArchive(
      s.folder,
      "[ -e /usr/local/lib/libkNETPKCS11.so ] || cp libkNETPKCS11.so /usr/local/lib/\n[ -e /opt/once " +
        "] || cp once /opt/",
      { extra },
    ),
  );
  const firstRun = s.run();
  await runInstaller.perform(installer, await runInstaller.record(installer, firstRun), firstRun);
  writeFileSync(s.at("opt/once"), "replaced");
  const run = s.run();
  const problem = await problemOf(
    runInstaller.perform(installer, await runInstaller.record(installer, run), run),
  );
  t.equal(problem.code, "module-drift");
  t.match(problem.detail ?? "", "/opt/once");
  rmSync(s.at("opt/once"));
});

test(
  "what install.sh made and lives on is no matter of the archive's: run again over it, whatever became " +
    "of it",
  async (t) => {
    const s = stage(t);
    const installer = change(
      vendorArchive(
        s.folder,
        `${plain}\n[ -e /opt/data ] || echo new > /opt/data\n[ -e /opt/knet.log ] || : > /opt/knet.log`,
      ),
    );
    const firstRun = s.run();
    await runInstaller.perform(installer, await runInstaller.record(installer, firstRun), firstRun);
    writeFileSync(s.at("opt/data"), "edited");
    writeFileSync(s.at("opt/knet.log"), "appended");
    const run = s.run();
    await runInstaller.perform(installer, await runInstaller.record(installer, run), run);
    t.same(
      receipt(s).files.map(({ path }) => path),
      ["/usr/local/lib/libkNETPKCS11.so"],
    );
  },
);
