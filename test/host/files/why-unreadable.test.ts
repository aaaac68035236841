import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { test, type Test } from "tap";
import { readConnections } from "../../../src/commands/ha/connections.js";
import { hashArchive } from "../../../src/host/archive/copy-archive.js";
import { whyUnreadable } from "../../../src/host/files/why-unreadable.js";
import { path } from "../../../src/host/path.js";
import { readPin } from "../../../src/host/pin/read-pin.js";
import { realHost } from "../../../src/host/real-host.js";
import { readInput } from "../../../src/profile/reading/read-input.js";
import { intercept } from "../../support/intercept.js";
import { recordedContext } from "../../support/recorded-context.js";

const folder = mkdtempSync(join(tmpdir(), "unreadable-"));
t.teardown(() => {
  rmSync(folder, { recursive: true, force: true });
});
const program = join(folder, "lease");
execFileSync(
  "gcc",
  ["-O1", "-Wall", "-Wextra", "-Werror", "-o", program, join(import.meta.dirname, "../../fixtures/lease.c")],
  { stdio: ["ignore", "inherit", "inherit"] },
);

function fileOf(name: string, content = "pin\n"): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  chmodSync(file, 0o600);
  return file;
}

async function leased(t: Test, file: string, how: "keep" | "yield"): Promise<void> {
  const child = spawn(program, [file, how], { stdio: ["pipe", "pipe", "inherit"] });
  t.teardown(() => {
    child.kill("SIGKILL");
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  t.equal(String(said), "held\n");
}

const pinOf = (file: string) => readPin({ from: "file", path: path(file) });
const configOf = (file: string) =>
  readConnections({ config: file, user: "amplia" }, recordedContext({ workingFolder: path("/") }).context);
const failing = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}: failed, ${syscall}`), { code, syscall });

test("a file on which another program holds a lease is told as that, whatever it was to be", async (t) => {
  const file = fileOf("kept");
  await leased(t, file, "keep");
  const told = {
    where: { path: file },
    detail: /EAGAIN: another program holds a lease/,
    hint: /try again.*\/proc\/locks/,
  };
  await t.rejects(pinOf(file), { code: "pin-file-unreadable", ...told });
  await t.rejects(readInput(file), { code: "profile-unreadable", ...told });
  await t.rejects(configOf(file), { code: "host-not-permitted", ...told });
  await t.rejects(hashArchive(file), { code: "archive-unreadable", ...told });
  t.throws(() => realHost(path("/")).files().read(path(file), 10), {
    code: "host-input-output",
    message: /lease/,
    hint: /\/proc\/locks/,
  });
});

test("a lease that its holder gives up when it is asked to keeps nobody from reading", async (t) => {
  const ways: readonly ((file: string) => Promise<unknown>)[] = [pinOf, readInput, hashArchive];
  for (const [index, read] of ways.entries()) {
    const file = fileOf(`yielded-${index}`);
    await leased(t, file, "yield");
    await t.resolves(read(file));
  }
});

test("a PIN file that opens and cannot be read is a problem with the reason", async (t) => {
  const file = fileOf("failing");
  const reasons: readonly (readonly [string, RegExp])[] = [
    ["EIO", /input\/output error/],
    ["EAGAIN", /nothing to read/],
    ["EPERM", /even to root/],
    ["ENOTCONN", /does not answer/],
  ];
  for (const [code, detail] of reasons) {
    await t.test(code, async (t) => {
      intercept(t, "read", "before", () => {
        throw failing(code, "read");
      });
      await t.rejects(pinOf(file), {
        code: "pin-file-unreadable",
        message: "the PIN file cannot be read",
        where: { path: file },
        detail,
      });
    });
  }
});

test(
  "no PIN is read from a kernel file: nobody wrote it, and reading may take it " + "from others",
  async (t) => {
    for (const file of ["/proc/1/mem", "/proc/self/mem", "/proc/self/environ", "/proc/kmsg"]) {
      intercept(t, "read", "before", () => {
        t.fail(`something of ${file} was read`);
      });
      await t.rejects(pinOf(file), { code: "pin-file-unreadable" }, file);
    }
    await t.rejects(pinOf("/proc/self/environ"), { code: "pin-file-unreadable", detail: /proc/ });
    await t.rejects(readInput("/proc/self/environ"), { code: "profile-not-a-file", detail: /kernel/ });
    await t.rejects(hashArchive("/proc/self/environ"), { code: "archive-not-a-file", detail: /kernel/ });
  },
);

test("an archive or profile that opens and cannot be read is a problem with the reason", async (t) => {
  // the speed of a network of one's own, which it has none of: EINVAL
  const file = "/sys/class/net/lo/speed";
  await t.rejects(hashArchive(file), {
    code: "archive-unreadable",
    where: { path: file },
    detail: /EINVAL/,
    hint: /sysfs/,
  });
  await t.rejects(readInput(file), {
    code: "profile-unreadable",
    where: { path: file },
    detail: /EINVAL/,
    hint: /sysfs/,
  });
});

test("what is refused to root is told as that, with the file system that refuses it", async (t) => {
  // nobody may read it, root neither
  const file = "/sys/bus/cpu/uevent";
  const told = { where: { path: file }, detail: /^EACCES: it is refused even to root/, hint: /\/sys.*sysfs/ };
  await t.rejects(pinOf(file), { code: "pin-file-unreadable", ...told });
  await t.rejects(hashArchive(file), { code: "archive-unreadable", ...told });
  await t.rejects(readInput(file), { code: "profile-unreadable", ...told });
});

test("FUSE and NFS are named where they keep root out, and what to do then", async (t) => {
  const mounts = [
    { point: "/nonexistent", type: "ext4", options: [] },
    { point: "/nonexistent/far", type: "nfs4", options: [] },
    { point: "/nonexistent/own", type: "ext4", options: [] },
    { point: "/nonexistent/own", type: "fuse.sshfs", options: [] },
    { point: "/nonexistent/owner", type: "xfs", options: [] },
  ];
  const why = (file: string) => whyUnreadable(file, failing("EACCES", "open"), mounts);
  t.match(why("/nonexistent/own/pin"), {
    detail: "EACCES: the file system at /nonexistent/own (fuse.sshfs) does not let even root read it",
    hint: /allow_root or allow_other/,
  });
  t.match(why("/nonexistent/far/a/b"), { detail: /\/nonexistent\/far \(nfs4\)/, hint: /root_squash/ });
  t.match(why("/nonexistent/owner"), {
    detail: /refused even to root/,
    hint: /\/nonexistent\/owner \(xfs\)/,
  });
  t.match(why("/elsewhere"), { hint: /the file system$/ });
});
