import t from "tap";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { openStage } from "../../src/host/stage/stage.js";
import type { WalledResult } from "../../src/host/stage/wall.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";

await ensureSandbox(import.meta.filename);

mkdirSync("/var/lib/knetctl/runs", { recursive: true, mode: 0o700 });
writeFileSync("/var/lib/knetctl/runs/secret", "PIN");
writeFileSync("/run/kn-secret", "PIN");
writeFileSync("/tmp/kn-secret", "PIN");
const stage = await openStage(realHost(path("/")));
t.teardown(() => stage.close());

function walled(script: string, network = false): Promise<WalledResult> {
  return stage.runWalled({ program: "sh", args: ["-c", script], timeoutMs: 60_000, network });
}

/** Each must be refused: the script says `escaped` where it is not. */
const refused: Readonly<Record<string, string>> = {
  "a file system is mounted": "mount -t tmpfs none /mnt && echo escaped",
  "a folder is bound": "mount --bind /etc /mnt && echo escaped",
  "the root is made read-only": "mount -o remount,ro / && echo escaped",
  "what hides something is taken away": "umount /var/lib/knetctl /run /sys && echo escaped",
  "a device is made": "mknod /tmp/disk b 254 0 && echo escaped",
  "a device is made in /opt": "mknod /opt/memory c 1 1 && echo escaped",
  "a module is loaded": "modprobe dummy || insmod /lib/modules/none.ko && echo escaped",
  "the root is changed": "mkdir -p /opt/jail && chroot /opt/jail / && echo escaped",
  "another namespace is entered": "nsenter --target 1 --mount true && echo escaped",
  "the first process is traced": "cat /proc/1/environ /proc/1/mem /proc/1/root/etc/shadow && echo escaped",
  "the first process is killed": "kill -KILL 1; [ ! -d /proc/1 ] && echo escaped",
  "a setting of the kernel is written": "echo 1 >/proc/sys/kernel/panic && echo escaped",
  "the machine is restarted": "echo b >/proc/sysrq-trigger && echo escaped",
  "a core handler is set": "echo '|/opt/x' >/proc/sys/kernel/core_pattern && echo escaped",
  "the clock is set": "date -s 2001-01-01 && echo escaped",
  "the machine is renamed": "hostname kn-escaped && echo escaped",
  "keys are listed": "[ -s /proc/keys ] && echo escaped",
  "memory is read": "head -c 1 /proc/kcore | grep -q . && echo escaped",
  "messages of the kernel are read": "dmesg -c && echo escaped",
};

t.test("the wall refuses what leads out of it", async (t) => {
  for (const [what, script] of Object.entries(refused)) {
    const { stdout } = await walled(script);
    t.notMatch(stdout, /escaped/, what);
  }
});

t.test("neither files of /run, /tmp and knetctl's state, nor disks, are there to be read", async (t) => {
  const { stdout } = await walled(
    `for file in /run/kn-secret /tmp/kn-secret /var/lib/knetctl/runs/secret; do cat $file; done
     ls -A /run/knetctl; ls -A /sys; find /dev -type b; find /var /run /tmp -xdev -name 'stage-*-*' -type d`,
  );
  t.equal(stdout, "");
});

t.test("processes of this machine are neither seen nor signalled", async (t) => {
  const witness = spawn("sleep", ["1000"]);
  t.teardown(() => witness.kill("SIGKILL"));
  const { stdout } = await walled("cat /proc/[0-9]*/comm | sort -u; kill -KILL -1");
  t.notMatch(stdout, /node|systemd|nsenter/);
  t.equal(witness.exitCode ?? witness.signalCode, null);
  t.equal((await walled("echo $PPID")).stdout, "1\n", "its parent is the wall's first process");
});

t.test("sockets of this machine are out of reach, abstract ones too", async (t) => {
  const names = ["/run/kn.sock", "\0kn-abstract", "/opt/kn.sock"];
  for (const name of names) {
    const server = createServer().listen(name);
    await new Promise((resolve) => server.once("listening", resolve));
    t.teardown(() => server.close());
  }
  const connect = `const net = require("net"); for (const name of JSON.parse(process.argv[1]))
    net.connect(name).on("connect", () => console.log("escaped", name)).on("error", () => {});`;
  const result = await stage.runWalled({
    program: process.execPath,
    args: ["-e", connect, JSON.stringify(names)],
    timeoutMs: 20_000,
    network: false,
  });
  t.match(result, { stdout: "", exitCode: 0 });
});

t.test("a chroot cannot be left by an open descriptor, in a user namespace of its own either", async (t) => {
  const escape = `exec 9</; mkdir -p /tmp/jail; unshare --user --map-root-user sh -c '
    chroot /tmp/jail /bin/sh || cd /proc/self/fd/9; cd ../../../../../..; ls -a; ls proc/1/root' 2>&1
    unshare --user --map-root-user --mount sh -c 'umount -l /var/lib/knetctl; umount -l /run;
    cat /var/lib/knetctl/runs/secret /run/kn-secret'`;
  const { stdout } = await walled(escape);
  t.notMatch(stdout, /PIN|kn-secret/);
});

t.test("no descriptor of ours reaches it", async (t) => {
  const { stdout } = await walled("for fd in /proc/self/fd/*; do readlink $fd; done");
  for (const target of stdout.trim().split("\n"))
    t.match(target, /^(.*\/dev\/null|socket:\[\d+\]|pipe:\[\d+\]|\/proc\/\d+\/fd)$/);
});

t.test("a daemon that clears all that it is known by ends with its installer", async (t) => {
  const mark = `${process.pid}000.25`;
  const { left } = await walled(
    `cd /; (setsid env -i sh -c 'exec 0<&- 1>&- 2>&-; (exec sleep ${mark}) & exit' &) ; exit 0`,
  );
  t.strictSame(
    left.map(({ name }) => name),
    ["sleep"],
  );
  const running = spawn("pgrep", ["-f", `^sleep ${mark}`]);
  t.equal(await new Promise((resolve) => running.once("exit", resolve)), 1);
});

t.test("a gigabyte of output is read and neither kept nor waited for", async (t) => {
  const before = process.memoryUsage().rss;
  const { stdout, exitCode } = await walled("head -c 1073741824 /dev/zero");
  t.equal(exitCode, 0);
  t.ok(stdout.length < 2 ** 21);
  t.ok(process.memoryUsage().rss - before < 2 ** 29);
});

t.test("names of what is left running cannot forge what the wall reports", async (t) => {
  const result = await walled(
    "cp /bin/sleep '/tmp/x\nended 0\n'; '/tmp/x\nended 0\n' 1000 & sleep 0.1; exit 9",
  );
  t.match(result, { exitCode: 9, left: [{ name: "x" }] });
});

t.test("the hidden files are as they were", (t) => {
  t.equal(readFileSync("/var/lib/knetctl/runs/secret", "utf8"), "PIN");
  t.equal(readFileSync("/run/kn-secret", "utf8"), "PIN");
  t.end();
});
