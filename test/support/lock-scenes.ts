import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { acquireLock, isLocked, type LockRequest } from "../../src/host/lock.js";
import { path } from "../../src/host/path.js";
import { Problem, type ProblemJson } from "../../src/problem/problem.js";
import { holdLock, lockFile } from "./hold-lock.js";
import { processesWith, reached } from "./processes.js";

/** What happens around the lock; each of these runs in a sandbox, where /run is nobody else's. */

const lockFolder = "/run/knetctl";
const formerFile = "/run/lock/knetctl.lock";
const here: LockRequest = { host: { root: path("/") }, waitSeconds: 0 };

async function outcome(request: LockRequest): Promise<ProblemJson | "got it"> {
  try {
    (await acquireLock(request)).release();
    return "got it";
  } catch (error) {
    if (error instanceof Problem) return error.toJSON();
    throw error;
  }
}

const codeOf = (result: ProblemJson | "got it"): string => (result === "got it" ? result : result.code);

export async function secondRun(): Promise<unknown> {
  const lock = await acquireLock(here);
  const start = Date.now();
  const refused = await outcome(here);
  const isPrompt = Date.now() - start < 1000;
  lock.release();
  lock.release();
  return { refused, isPrompt, afterRelease: await outcome(here), mode: statSync(lockFile).mode & 0o777 };
}

export async function waiting(): Promise<unknown> {
  const lock = await acquireLock(here);
  const start = Date.now();
  const refused = await outcome({ ...here, waitSeconds: 0.3 });
  const waited = Date.now() - start >= 290;
  const interrupted = await outcome({ ...here, waitSeconds: 20, signal: AbortSignal.timeout(50) });
  setTimeout(() => {
    lock.release();
  }, 100);
  return { refused, waited, interrupted, got: await outcome({ ...here, waitSeconds: 20 }) };
}

export async function killedHolder(): Promise<unknown> {
  const holder = spawn(process.execPath, [...process.execArgv, "hold", "[]"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  const before = codeOf(await outcome(here));
  holder.kill("SIGKILL");
  await once(holder, "exit");
  return { before, after: codeOf(await outcome(here)) };
}

export async function hold(): Promise<void> {
  await acquireLock(here);
  spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  process.stdout.write("held\n");
  await wait(60_000);
}

export async function roots(): Promise<unknown> {
  mkdirSync("/srv/image");
  symlinkSync("image", "/srv/alias");
  const whole = await acquireLock(here);
  const otherRoot = codeOf(await outcome({ ...here, host: { root: path("/srv/image") } }));
  whole.release();
  await acquireLock({ ...here, host: { root: path("/srv/image") } });
  const sameRoot = codeOf(await outcome({ ...here, host: { root: path("/srv/image") } }));
  return {
    otherRoot,
    sameRoot,
    otherName: codeOf(await outcome({ ...here, host: { root: path("/srv/alias") } })),
  };
}

/** Anybody's doings in the folder where everybody can write. */
export async function plantedByAnybody(): Promise<unknown> {
  writeFileSync("/srv/victim", "precious");
  writeFileSync(formerFile, "pid 1, started by root: rm -rf /\n");
  chownSync(formerFile, 61_235, 61_235);
  const release = await holdLock(60, formerFile);
  const whileHeld = codeOf(await outcome(here));
  const lockedWhileHeld = await isLocked(here.host);
  release();
  const results = await plantings(formerFile);
  rmSync(formerFile, { recursive: true });
  // a second name of a file that is root's, which somebody can open
  writeFileSync("/run/lock/readable", "root's");
  linkSync("/run/lock/readable", formerFile);
  const holder = await holdLock(60, formerFile);
  const second = codeOf(await outcome(here));
  holder();
  return { whileHeld, ...results, second, victim: readFileSync("/srv/victim", "utf8"), lockedWhileHeld };
}

/** What root itself, or a program of root's, may have left in the lock's place. */
export async function planted(): Promise<unknown> {
  writeFileSync("/srv/victim", "precious");
  mkdirSync(lockFolder, { mode: 0o700 });
  writeFileSync(lockFile, "");
  chownSync(lockFile, 61_235, 61_235);
  const stranger = codeOf(await outcome(here));
  const results = await plantings(lockFile);
  chmodSync(lockFolder, 0o1777);
  const open = codeOf(await outcome(here));
  const mode = statSync(lockFolder).mode & 0o7777;
  rmSync(lockFolder, { recursive: true });
  const noFolder = codeOf(await outcome(here));
  rmSync("/run/lock", { recursive: true });
  rmSync(lockFolder, { recursive: true });
  return {
    stranger,
    ...results,
    open,
    mode,
    noFolder,
    noRun: codeOf(await outcome(here)),
    victim: readFileSync("/srv/victim", "utf8"),
  };
}

/**
 * Where the lock folder is not root's alone, by root's own doing, and what stands in the lock's place
 * then is not ours to remove.
 */
export async function notRootsAlone(): Promise<unknown> {
  writeFileSync("/tmp/lock", "a stranger's");
  chownSync("/tmp/lock", 61_235, 61_235);
  mkdirSync("/srv/own", { mode: 0o700 });
  const results: Record<string, ProblemJson | "got it"> = {};
  for (const [name, target] of [
    ["sticky", "/tmp"],
    ["own", "/srv/own"],
    ["dangling", "/srv/nowhere"],
  ] as const) {
    symlinkSync(target, lockFolder);
    results[name] = await outcome(here);
    rmSync(lockFolder);
  }
  mkdirSync(lockFolder, { mode: 0o700 });
  chownSync(lockFolder, 61_235, 61_235);
  results["stranger"] = await outcome(here);
  rmSync(lockFolder, { recursive: true });
  writeFileSync(lockFolder, "");
  results["file"] = await outcome(here);
  rmSync(lockFolder);
  mkdirSync(`${lockFile}/full`, { recursive: true });
  results["full"] = await outcome(here);
  return {
    ...results,
    isKept: existsSync(`${lockFile}/full`),
    stranger_s: readFileSync("/tmp/lock", "utf8"),
  };
}

async function plantings(file: string): Promise<Readonly<Record<"link" | "fifo" | "folder", string>>> {
  rmSync(file, { force: true });
  symlinkSync("/srv/victim", file);
  const link = codeOf(await outcome(here));
  rmSync(file, { force: true });
  execFileSync("mkfifo", [file]);
  const fifo = codeOf(await outcome(here));
  rmSync(file, { force: true });
  mkdirSync(file);
  return { link, fifo, folder: codeOf(await outcome(here)) };
}

/** The file is removed and made anew while a run waits for it. */
export async function removed(): Promise<unknown> {
  const release = await holdLock(60);
  const waiting = acquireLock({ ...here, waitSeconds: 30 });
  await reached("flock waits", () => processesWith("flock --exclusive --wait 30").length > 0);
  rmSync(lockFile);
  writeFileSync(lockFile, "", { mode: 0o600 });
  release();
  await waiting;
  const holder = readFileSync(lockFile, "utf8");
  return { isNamed: holder.startsWith(`pid ${process.pid},`), next: codeOf(await outcome(here)) };
}

export async function former(): Promise<unknown> {
  const release = await holdLock(60, formerFile);
  writeFileSync(formerFile, "pid 7, started long ago\n");
  const whileHeld = await outcome(here);
  const locked = await isLocked(here.host);
  release();
  return { whileHeld, isLocked: locked, after: codeOf(await outcome(here)) };
}
