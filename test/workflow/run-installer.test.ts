import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { test } from "tap";
import type { InPlaceRecord } from "../../src/host/installer/in-place/record.js";
import { runInstaller } from "../../src/workflow/change-kinds/run-installer.js";
import { change, picture, plain, problemOf, stage } from "../support/install-stage.js";
import type { Stage } from "../support/install-stage.js";
import { vendorArchive } from "../support/vendor-archive.js";

function receipt(s: Stage): { version: string; library: string; files: { path: string; mode: number }[] } {
  return JSON.parse(readFileSync(s.at("var/lib/knetctl/module.json"), "utf8")) as ReturnType<typeof receipt>;
}

const creates = `
cp libkNETPKCS11.so /usr/local/lib/
mkdir -p /opt/kryptus/a/b && echo new > /opt/kryptus/a/b/file && ln -s a/b /opt/kryptus/link
mkdir /srv && echo data > /srv/data
echo /opt/kryptus > /etc/ld.so.conf.d/kryptus.conf`;

test("what install.sh created in place is recorded, and taken away to the last bit", async (t) => {
  const s = stage(t);
  const before = picture(s.root);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, creates));
  const record = await runInstaller.record(installer, run);
  t.equal(picture(s.root), before, "recording changes nothing");
  await runInstaller.perform(installer, record, run);
  t.same(await runInstaller.observe(installer, record, run), { state: "after" });
  t.equal(receipt(s).library, "/usr/local/lib/libkNETPKCS11.so");
  t.same(
    receipt(s).files.map(({ path }) => path),
    ["/usr/local/lib/libkNETPKCS11.so"],
    "what install.sh made itself is not the archive's",
  );
  t.equal(lstatSync(s.at("var/lib/knetctl/module.json")).mode & 0o777, 0o600);
  t.notOk(existsSync(s.at(`${run.folder}/module/work`)), "nothing extracted stays");
  t.match(s.notes.join("\n"), "install.sh created /opt/kryptus (a folder)  0755 0:0");

  const asJournalled = JSON.parse(JSON.stringify(record)) as InPlaceRecord;
  t.ok(runInstaller.parsePrior(asJournalled));
  await runInstaller.undo(installer, asJournalled, run);
  t.strictSame(picture(s.root).split("\n"), before.split("\n"));
  t.notOk(existsSync(s.at("srv")), "wherever it lies");
  t.notOk(existsSync(s.at("var/lib/knetctl/module.json")));
  t.same(await runInstaller.observe(installer, record, run), { state: "before" });
  await runInstaller.undo(installer, asJournalled, run);
  t.equal(picture(s.root), before, "undoing can be repeated");
});

test("what it changed or replaced stays as it is, and is named", async (t) => {
  const s = stage(t);
  writeFileSync(s.at("etc/edited"), "before");
  writeFileSync(s.at("etc/replaced"), "before");
  writeFileSync(s.at("etc/mode"), "before");
  writeFileSync(s.at("etc/other"), "before");
  const run = s.run();
  const trample =
    "echo after >> /etc/edited; echo after > /etc/x; mv /etc/x /etc/replaced; chmod 600 /etc/mode\n" +
    "rm /etc/group && mkdir /etc/group";
  const installer = change(vendorArchive(s.folder, `${plain}\n${trample}`));
  const record = await runInstaller.record(installer, run);
  await runInstaller.perform(installer, record, run);
  const problem = await problemOf(runInstaller.undo(installer, record, run));
  t.equal(problem.code, "installer-undo-incomplete");
  t.match(
    problem.detail ?? "",
    /^\/etc\/edited: it was changed or replaced.*\n\/etc\/mode: .*\n\/etc\/replaced: /,
  );
  t.equal(
    readFileSync(s.at("etc/replaced"), "utf8"),
    "after\n",
    "a file that may have replaced another is kept",
  );
  t.notMatch(problem.detail ?? "", "/etc/other");
  t.notOk(existsSync(s.at("usr/local/lib/libkNETPKCS11.so")), "the rest is taken away");
  t.not((await runInstaller.observe(installer, record, run)).state, "before");
});

test("what stands in a folder of knetctl's, in /tmp or /run, is none of its work", async (t) => {
  const s = stage(t);
  const run = s.run();
  for (const folder of ["run", "var/tmp"]) mkdirSync(s.at(folder), { recursive: true });
  const installer = change(vendorArchive(s.folder, `${plain}\n: > /tmp/x; : > /run/x; : > /var/tmp/x`));
  await runInstaller.perform(installer, await runInstaller.record(installer, run), run);
  t.same(
    s.notes.filter((line) => /created|changed/.test(line)),
    ["install.sh created /usr/local/lib/libkNETPKCS11.so  0755 0:0"],
  );
});

test("it fails half-way, or nothing was recorded: what it created until then is taken away", async (t) => {
  const s = stage(t);
  const before = picture(s.root);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, `${creates}\nexit 1`));
  const record = await runInstaller.record(installer, run);
  t.equal((await problemOf(runInstaller.perform(installer, record, run))).code, "installer-failed");
  t.same(await runInstaller.observe(installer, record, run), { state: "partly" });
  await runInstaller.undo(installer, record, run);
  t.equal(picture(s.root), before);
  t.same(await runInstaller.observe(installer, record, run), { state: "before" });
});

test("what somebody made long after an installer that was cut off is not taken for its work", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, "exit 1"), 10);
  const record = await runInstaller.record(installer, run);
  const anHourAgo = { ...record, begun: record.begun - 3_600_000 };
  mkdirSync(s.at("opt/kryptus"));
  await runInstaller.undo(installer, anHourAgo, run);
  t.ok(existsSync(s.at("opt/kryptus")));
});

test("a damaged record of what it did is named, and nothing is called undone", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, plain));
  const record = await runInstaller.record(installer, run);
  await runInstaller.perform(installer, record, run);
  writeFileSync(s.at(`${run.folder}/module/changes.json`), "[");
  await t.rejects(runInstaller.observe(installer, record, run), {
    code: "journal-damaged",
    where: { path: /changes\.json$/ },
  });
  await t.rejects(runInstaller.undo(installer, record, run), { code: "journal-damaged" });
  t.ok(existsSync(s.at("usr/local/lib/libkNETPKCS11.so")));
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

test("what could not be foreseen is never run", async (t) => {
  const s = stage(t);
  const before = picture(s.root);
  const unforeseen = { ...change(vendorArchive(s.folder, plain)), unforeseen: "there is no stage" };
  t.equal((await problemOf(runInstaller.record(unforeseen, s.run()))).code, "installer-unforeseen");
  t.equal(picture(s.root), before);
  t.match(runInstaller.text(unforeseen), /what it changes is not known here: there is no stage$/);
});

test("what was changed after the installation is left alone and listed", async (t) => {
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

test("a second version: the first is not called back, and its receipt is", async (t) => {
  const s = stage(t);
  const first = change(vendorArchive(s.folder, plain));
  const firstRun = s.run();
  await runInstaller.perform(first, await runInstaller.record(first, firstRun), firstRun);
  const receiptBefore = JSON.stringify(receipt(s));
  const second = {
    ...change(
      vendorArchive(s.folder, "install -m 755 libkNETPKCS11.so /usr/local/lib/", { version: "1.8.0" }),
    ),
    version: "1.8.0",
  };
  const run = s.run();
  const record = await runInstaller.record(second, run);
  await runInstaller.perform(second, record, run);
  t.equal(receipt(s).version, "1.8.0");
  const problem = await problemOf(runInstaller.undo(second, record, run));
  t.match(problem.detail ?? "", "/usr/local/lib/libkNETPKCS11.so: it was changed or replaced");
  t.ok(existsSync(s.at("usr/local/lib/libkNETPKCS11.so")));
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

test("what somebody's umask would take away is given all the same", async (t) => {
  const s = stage(t);
  const run = s.run();
  const umask = process.umask(0o077);
  t.teardown(() => {
    process.umask(umask);
  });
  chmodSync(s.folder, 0o755);
  const installer = change(vendorArchive(s.folder, `${plain}\nmkdir /opt/kryptus`));
  await runInstaller.perform(installer, await runInstaller.record(installer, run), run);
  t.equal(lstatSync(s.at("opt/kryptus")).mode & 0o777, 0o755);
});
