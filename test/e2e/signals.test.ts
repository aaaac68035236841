import t from "tap";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { holdLock } from "../support/hold-lock.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { eventually, processesWith, reached } from "../support/processes.js";
import { provisioning } from "../support/provisioning.js";
import { vendorArchive } from "../support/vendor-archive.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

const program = join(import.meta.dirname, "../../dist/knetctl.cjs");
const currentFile = "/var/lib/knetctl/current";
const accountFiles = ["passwd", "group", "shadow", "gshadow", "subuid", "subgid"].map(
  (name) => `/etc/${name}`,
);

/**
 * Names, modes, owners, links and contents of all that a run may touch; accounts byte for byte; the loader's
 * cache as it is shown. What is larger than all that a run writes is not read: its size and time are shown.
 */
function hostState(): string {
  const script =
    "find /etc /usr/local/lib /opt /var/mail -xdev -maxdepth 3 -printf '%p %y %m %U %G %l\\n' | " +
    "sort; [ ! -e /var/amplia ] || find /var/amplia;" +
    " find /etc /usr/local/lib /opt -xdev -maxdepth 2 -type f -size -2048k ! -name ld.so.cache " +
    "-exec sha256sum {} + 2>/dev/null | sort;" +
    " find /etc /usr/local/lib /opt -xdev -maxdepth 2 -type f -size +2047k -printf '%p %s %T@\\n' | sort;" +
    ' ldconfig -p; cat "$@" 2>/dev/null || :';
  // the account tools keep a copy of each file they change, NAME-
  return execFileSync("sh", ["-c", script, "sh", ...accountFiles], { maxBuffer: 1 << 28 })
    .toString()
    .replace(/^.*\/etc\/\w+-( .*)?\n/gm, "");
}

/** Lines of the host's state that are other than they were. */
function changedSince(old: string): readonly string[] {
  const [was, is] = [old, hostState()].map((state) => state.split("\n")) as [string[], string[]];
  const [known, now] = [new Set(was), new Set(is)];
  return [
    ...was.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...is.filter((line) => !known.has(line)).map((line) => `+ ${line}`),
  ];
}

interface Going {
  readonly child: ChildProcess;
  readonly ended: Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

/** The program in a process group of its own, as a shell starts it on a terminal. */
function start(...args: readonly string[]): Going {
  const child = spawn(process.execPath, [program, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ended = Promise.all([exited, text(child.stdout), text(child.stderr)]).then(
    ([exitCode, stdout, stderr]) => ({ exitCode, stdout, stderr }),
  );
  return { child, ended };
}

/** Waits until the program has come to what the condition sees; one that ended before says why. */
async function at(run: Going, what: string, condition: () => boolean): Promise<void> {
  let over: unknown;
  void run.ended.then((end) => (over = end));
  await reached(what, () => over !== undefined || condition());
  if (!condition()) throw new Error(`${what}: the program ended before: ${JSON.stringify(over)}`);
}

/** As the terminal does it: to the whole foreground group. */
function toGroup({ child }: Going, signal: NodeJS.Signals): void {
  process.kill(-child.pid!, signal);
}

/** A profile like the given one, whose install.sh ends with these lines. */
function profileInstalling(script: string, inPlace = false): string {
  const { path, sha256 } = vendorArchive(
    folder,
    `cp libkNETPKCS11.so /usr/local/lib/\nmkdir /opt/half\n${script}`,
    { version: "1.9.0" },
  );
  const file = `${folder}/other.yaml`;
  writeFileSync(
    file,
    readFileSync(profile, "utf8")
      .replace(/archive: .*/, `archive: ${path}`)
      .replace(/sha256: .*/, `sha256: ${sha256}${inPlace ? "\n  in_place: true" : ""}`),
  );
  return file;
}

/** A program of the system that first does something else. */
function wrapped(name: string, lines: string): () => void {
  const file = execFileSync("sh", ["-c", `realpath "$(command -v ${name})"`])
    .toString()
    .trim();
  renameSync(file, `${file}.real`);
  writeFileSync(file, `#!/bin/sh\n${lines}\nexec ${file}.real "$@"\n`);
  chmodSync(file, 0o755);
  return () => {
    renameSync(`${file}.real`, file);
  };
}

const before = hostState();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  t.test(`${signal} while install.sh runs in the stage: nothing was changed, exit 130`, async (t) => {
    const run = start("apply", "--json", profileInstalling("sleep 61.7"));
    await at(run, "install.sh is at work", () => processesWith("sleep 61.7").length > 0);
    toGroup(run, signal);
    const { exitCode, stdout } = await run.ended;
    t.equal(exitCode, 130);
    t.match(JSON.parse(stdout), { problems: [{ code: "interrupted" }] });
    t.strictSame(changedSince(before), []);
    t.notOk(existsSync(currentFile));
    t.same(processesWith("sleep 61.7"), [], "install.sh was ended");
  });
}

t.test("timeout(1), which sends its signal twice, gets a rollback too", async (t) => {
  const file = profileInstalling("sleep 61.7", true);
  const child = spawn("timeout", ["3", process.execPath, program, "apply", "--json", file], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: "/usr/bin:/bin" },
  });
  const document: unknown = JSON.parse(await text(child.stdout));
  t.match(document, { outcome: "rolled-back", problems: [{ code: "interrupted" }] });
  t.strictSame(changedSince(before), []);
});

t.test("a hang-up that comes many times still gets its rollback", async (t) => {
  const run = start(
    "apply",
    "--json",
    profileInstalling("trap '' TERM; mkdir /opt/trapped; sleep 61.7", true),
  );
  await at(run, "install.sh ignores SIGTERM", () => existsSync("/opt/trapped"));
  const end = Date.now() + 1500;
  while (Date.now() < end && run.child.exitCode === null) {
    toGroup(run, "SIGHUP");
    await wait(100);
  }
  const { stdout } = await run.ended;
  t.match(JSON.parse(stdout), { outcome: "rolled-back" }, stdout);
  t.strictSame(changedSince(before), []);
});

t.test("SIGINT while ldconfig runs: put back", async (t) => {
  const unwrap = wrapped("ldconfig", '[ "$1" = -p ] || { touch /tmp/in-ldconfig; sleep 0.5; }');
  const run = start("apply", "--json", profile);
  const wasReached = await eventually(() => existsSync("/tmp/in-ldconfig"), 60_000);
  toGroup(run, "SIGINT");
  const { exitCode, stdout } = await run.ended;
  unwrap();
  rmSync("/tmp/in-ldconfig");
  t.ok(wasReached);
  t.equal(exitCode, 130);
  t.match(JSON.parse(stdout), { outcome: "rolled-back" });
  t.strictSame(changedSince(before), []);
});

t.test("SIGINT during the smoke test in the stage: nothing was changed", async (t) => {
  const run = start("apply", "--json", profile);
  let isProving = false;
  run.child.stderr?.on("data", (lines: Buffer) => {
    isProving ||= lines.includes('"type":"proof-started"');
  });
  const wasReached = await eventually(() => isProving, 60_000);
  toGroup(run, "SIGINT");
  const { exitCode, stdout } = await run.ended;
  t.ok(wasReached);
  t.equal(exitCode, 130, stdout);
  t.match(JSON.parse(stdout), { outcome: "failed", run: null });
  t.strictSame(changedSince(before), []);
});

t.test("SIGINT while waiting for the lock: exit 130, nothing begun", async (t) => {
  const release = await holdLock(60);
  const run = start("apply", "--json", "--lock-timeout", "60", profile);
  await at(run, "flock waits", () => processesWith("flock --exclusive --wait 60").length > 0);
  toGroup(run, "SIGINT");
  const { exitCode, stdout } = await run.ended;
  release();
  t.equal(exitCode, 130);
  t.match(JSON.parse(stdout), { problems: [{ code: "interrupted" }] });
  t.strictSame(changedSince(before), []);
});

/** Interrupts an apply whose rollback takes long, and then once more. */
async function leaveInTheMiddle(...args: readonly string[]) {
  const script = "trap '' TERM; mkdir /opt/trapped; while :; do sleep 1; done";
  const run = start("apply", ...args, profileInstalling(script, true));
  await at(run, "install.sh ignores SIGTERM", () => existsSync("/opt/trapped"));
  toGroup(run, "SIGINT");
  await wait(700);
  toGroup(run, "SIGINT");
  return { ...(await run.ended), name: readFileSync(currentFile, "utf8").trim() };
}

t.test("a second Ctrl-C stops at once, names the run and how to go on; rollback then finishes", async (t) => {
  const { exitCode, stderr, name } = await leaveInTheMiddle();
  t.equal(exitCode, 130);
  t.match(stderr, `knetctl rollback ${name}`);
  t.match(stderr, "the next apply does so too");
  t.ok(existsSync("/opt/half"), "left as it was");
  const { stderr: warned, exitCode: seen } = await knetctl(["plan", profile]);
  t.equal(seen, 2);
  t.match(warned, name);
  const back = await knetctl(["rollback", name]);
  t.equal(back.exitCode, 0, back.stderr);
  t.strictSame(changedSince(before), []);
  t.same(processesWith("install.sh"), [], "install.sh was ended");
  t.notOk(existsSync(currentFile));
});

t.test(
  "the same with --json: a line on standard error; the next apply takes it back before it begins",
  async (t) => {
    const { exitCode, stdout, stderr, name } = await leaveInTheMiddle("--json");
    t.equal(exitCode, 130);
    t.equal(stdout, "", "no half document");
    const last = stderr.trimEnd().split("\n").at(-1) ?? "";
    t.match(JSON.parse(last), {
      type: "left",
      problem: { code: "workflow-unfinished-run", hint: new RegExp(name) },
    });
    const next = await knetctlJson(["apply", "--no-smoke-test", profile]);
    t.match(next.document, { outcome: "applied", recovered: name });
    t.notOk(existsSync("/opt/half"));
    t.equal((await knetctl(["rollback"])).exitCode, 0);
    t.strictSame(changedSince(before), []);
  },
);
