import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { acquireLock, type LockRequest } from "../../src/host/lock.js";
import { path } from "../../src/host/path.js";
import { Problem, type ProblemJson } from "../../src/problem/problem.js";

/** What happens around the lock; each of these runs in a sandbox, where /run/lock is nobody else's. */

const lockFile = "/run/lock/knetctl.lock";
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
  setTimeout(() => { lock.release(); }, 100);
  return { refused, waited, interrupted, got: await outcome({ ...here, waitSeconds: 20 }) };
}

export async function killedHolder(): Promise<unknown> {
  const holder = spawn(process.execPath, [...process.execArgv, "hold", "[]"], { stdio: ["ignore", "pipe", "inherit"] });
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
  return { otherRoot, sameRoot, otherName: codeOf(await outcome({ ...here, host: { root: path("/srv/alias") } })) };
}

export async function planted(): Promise<unknown> {
  writeFileSync("/srv/victim", "precious");
  writeFileSync(lockFile, "");
  chownSync(lockFile, 61_235, 61_235);
  const stranger = await outcome(here);
  rmSync(lockFile);
  symlinkSync("/srv/victim", lockFile);
  const link = await outcome(here);
  rmSync(lockFile);
  execFileSync("mkfifo", [lockFile]);
  const fifo = await outcome(here);
  rmSync("/run/lock", { recursive: true });
  await wait(1);
  const noFolder = codeOf(await outcome(here));
  return { stranger, link, fifo, noFolder, victim: readFileSync("/srv/victim", "utf8") };
}
