import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test, type Test } from "tap";
import { runLdconfig } from "../../src/host/installer/ldconfig.js";
import type { InPlaceRecord } from "../../src/host/installer/in-place/record.js";
import { path } from "../../src/host/path.js";
import { sha256 } from "../../src/host/random-hex.js";
import { realHost } from "../../src/host/real-host.js";
import { createAccount } from "../../src/workflow/change-kinds/create-account.js";
import { runInstaller } from "../../src/workflow/change-kinds/run-installer.js";
import type { RunContext } from "../../src/workflow/change-kind.js";
import type { CreateAccount } from "../../src/workflow/change-kinds/create-account.js";
import type { RunInstaller } from "../../src/workflow/change-kinds/run-installer.js";
import type { WriteFile } from "../../src/workflow/change-kinds/write-file.js";
import { changeFromJournal } from "../../src/workflow/change.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { scratch } from "../support/scratch.js";
import { stage, type Stage } from "../support/install-stage.js";

await ensureSandbox(import.meta.filename);

// What an image holds was written by whoever made it. None of it may lead root to a file of this machine, to
// read or to write.

/** A file of the machine that is none of the image's business. */
function hostSecret(t: Test): string {
  return scratch(t).file("secret", "of the host", { mode: 0o600 });
}

const record: InPlaceRecord = {
  installer: "install.sh",
  interpreter: { args: [] },
  names: [],
  hashes: [],
  receipt: null,
  begun: Date.now(),
};
const installer: RunInstaller = {
  step: "module",
  kind: "run-installer",
  path: path("/archive.tar"),
  sha256: "0".repeat(64),
  version: "1.7.0",
  from: null,
  timeoutSeconds: 20,
};

/** A run of which the image says that its install.sh made a file. */
function plantedRun(s: Stage, made: string, content: string) {
  const run = s.run();
  const module = s.at(`${run.folder}/module`);
  mkdirSync(module, { mode: 0o700 });
  const state = { kind: "file", mode: 0o600, uid: 0, gid: 0, size: content.length, sha256: sha256(content) };
  writeFileSync(join(module, "changes.json"), JSON.stringify([{ path: made, created: true, state }]));
  return { run, module };
}

test("a planted record of what install.sh made leads to no file of the machine", async (t) => {
  const secret = hostSecret(t);
  const s = stage(t);
  const linked = scratch(t);
  linked.file("inside", "of the host", { mode: 0o600 });
  symlinkSync(linked.folder, s.at("opt/link"));
  for (const made of [`/..${"/..".repeat(9)}${secret}`, "/opt/link/inside", "/proc/1/root/etc/passwd"]) {
    const { run } = plantedRun(s, made, "of the host");
    await runInstaller.observe(installer, record, run).catch(() => undefined);
    await runInstaller.undo(installer, record, run).catch(() => undefined);
  }
  t.equal(readFileSync(secret, "utf8"), "of the host");
  t.equal(readFileSync(join(linked.folder, "inside"), "utf8"), "of the host");
});

test("what is recorded of an undoing never goes through a link of the image's", async (t) => {
  const secret = hostSecret(t);
  const s = stage(t);
  const { run, module } = plantedRun(s, "/etc/shown", "new");
  rmSync(join(module, "changes.json"));
  symlinkSync(secret, join(module, "changes.json"));
  await runInstaller.undo(installer, record, run).catch(() => undefined);
  t.equal(readFileSync(secret, "utf8"), "of the host");
  t.ok(lstatSync(secret).isFile());
});

/** The change that makes the service account, with an image of such files in /etc. */
function accountsIn(t: Test, files: Readonly<Record<string, string>>) {
  const image = scratch(t);
  image.mkdir("etc");
  for (const [name, text] of Object.entries(files))
    image.file(`etc/${name}`, text, { mode: name.includes("shadow") ? 0o640 : 0o644 });
  const run: RunContext = {
    host: realHost(path(image.folder)),
    folder: path("/var/lib/knetctl/runs/x"),
    number: 1,
    changes: [account],
    note: () => undefined,
    report: () => undefined,
  };
  return { image, run, text: (name: string) => readFileSync(join(image.folder, "etc", name), "utf8") };
}

const account: CreateAccount = {
  step: "account",
  kind: "create-account",
  path: path("/etc/passwd"),
  user: "amplia",
  group: "amplia",
  home: path("/var/amplia"),
  createGroup: true,
  createUser: true,
};
const rootAlone = {
  passwd: "root:x:0:0:root:/root:/bin/sh\n",
  group: "root:x:0:\n",
  shadow: "root:*:1::::::\n",
  gshadow: "root:*::\n",
};

test("links that the account tools would write through on this machine are not touched", async (t) => {
  const victims = scratch(t);
  const { image, run, text } = accountsIn(t, rootAlone);
  const names = ["passwd-", "passwd+", "group-", "group+", "shadow-", "shadow+", "gshadow-", "gshadow+"];
  for (const name of names) symlinkSync(join(victims.folder, name), join(image.folder, "etc", name));
  const prior = await createAccount.record(account, run);
  await createAccount.perform(account, prior, run);
  t.same(readdirSync(victims.folder), []);
  t.match(text("passwd"), /^amplia:x:999:999::\/var\/amplia:\/usr\/sbin\/nologin$/m);
  await createAccount.undo(account, prior, run);
  t.same(Object.fromEntries(Object.keys(rootAlone).map((name) => [name, text(name)])), rootAlone);
  t.same(readdirSync(victims.folder), []);
});

test("an image's /etc that links to this machine's through /proc is refused", async (t) => {
  const { image, run } = accountsIn(t, {});
  for (const [name, text] of Object.entries(rootAlone)) image.file(`proc/1/root/etc/${name}`, text);
  rmdirSync(join(image.folder, "etc"));
  symlinkSync("/proc/1/root/etc", join(image.folder, "etc"));
  const before = readFileSync("/etc/passwd", "utf8");
  await t.rejects(createAccount.perform(account, await createAccount.record(account, run), run), {
    code: "host-untrusted-folder",
    where: { path: "/proc" },
  });
  t.equal(readFileSync("/etc/passwd", "utf8"), before);
});

test(
  "a group file that is a link, and accounts that somebody else is changing, are refused before " +
    "anything is written",
  async (t) => {
    const victim = hostSecret(t);
    const { image, run, text } = accountsIn(t, rootAlone);
    image.file("etc/gshadow.lock", "1");
    await t.rejects(createAccount.perform(account, await createAccount.record(account, run), run), {
      code: "account-change-failed",
      hint: /gshadow\.lock/,
    });
    rmSync(join(image.folder, "etc/gshadow.lock"));
    rmSync(join(image.folder, "etc/group"));
    symlinkSync(victim, join(image.folder, "etc/group"));
    await t.rejects(createAccount.perform(account, await createAccount.record(account, run), run));
    t.same([text("passwd"), readFileSync(victim, "utf8")], [rootAlone.passwd, "of the host"]);
  },
);

test("by hand: the printed commands name the image's files, and take the account away", async (t) => {
  const { run, text } = accountsIn(t, rootAlone);
  const prior = await createAccount.record(account, run);
  await createAccount.perform(account, prior, run);
  for (const command of createAccount.byHand(account, prior, run)) execFileSync("sh", ["-c", command]);
  t.same(Object.fromEntries(Object.keys(rootAlone).map((name) => [name, text(name)])), rootAlone);
});

test("the machine's ldconfig writes nothing outside of an image in which a procfs is mounted", async (t) => {
  const outside = scratch(t);
  outside.file("etc/ld.so.conf", "");
  const s = stage(t);
  mkdirSync(s.at("proc"));
  execFileSync("mount", ["-t", "proc", "proc", s.at("proc")]);
  t.teardown(() => {
    execFileSync("umount", [s.at("proc")]);
  });
  rmSync(s.at("etc/ld.so.cache"));
  await runLdconfig(s.host);
  t.ok(lstatSync(s.at("etc/ld.so.cache")).isFile(), "in the image it does its work");
  renameSync(s.at("etc"), s.at("own-etc"));
  symlinkSync(`/proc/1/root${outside.folder}/etc`, s.at("etc"));
  await runLdconfig(s.host).catch(() => undefined);
  t.same(readdirSync(join(outside.folder, "etc")), ["ld.so.conf"]);
});

test("what a record says of the running system's folders, seen in the image, is not done", async (t) => {
  const image = scratch(t);
  const host = realHost(path(image.folder));
  const run: RunContext = {
    host,
    folder: path("/var/lib/knetctl/runs/x"),
    number: 1,
    changes: [],
    recovering: true,
    note: () => undefined,
    report: () => undefined,
  };
  for (const folder of ["run/systemd", "dev", "proc/sys", "sys"]) {
    const file = image.file(`${folder}/node`, "of the machine");
    const change: WriteFile = {
      step: "client-config",
      kind: "write-file",
      path: path(`/${folder}/node`),
      owner: "#0",
      group: "#0",
      mode: 0o644,
      content: "of the machine",
      before: null,
      sensitive: false,
    };
    await t.rejects(async () => changeFromJournal(change, { existed: false }, run).undo(), {
      code: "host-untrusted-folder",
    });
    t.equal(readFileSync(file, "utf8"), "of the machine");
  }
  symlinkSync("../run", join(image.folder, "var-run"));
  t.throws(
    () => {
      host.files().remove(path("/var-run/systemd/node"));
    },
    { code: "host-untrusted-folder" },
  );
  t.throws(
    () => {
      host.files().remove(path("/run/systemd/node"));
    },
    { code: "host-untrusted-folder" },
  );
});
