import { Problem } from "../problem/problem.js";
import { findProgram } from "./commands/find-program.js";
import { startChild } from "./commands/start-child.js";
import { trustedOwners } from "./files/trust.js";
import type { AbsolutePath } from "./path.js";

export interface FlockRequest {
  /** A shared lock is only tried, without a wait. */
  readonly mode: "--exclusive" | "--shared";
  readonly waitSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** flock(1)'s exit code for a lock that somebody else holds. */
const taken = 75;

/** A process that only checks the lock holds it for some milliseconds, which must not turn a run away. */
const leastWaitSeconds = 0.25;

/**
 * flock(1) locks the open file that it shares with this process, which keeps the lock when flock ends. False:
 * somebody else still holds it after the wait. Throws `host-lock-failed`, `interrupted`.
 */
export async function flock(
  fd: number,
  file: AbsolutePath,
  { mode, waitSeconds, signal }: FlockRequest,
): Promise<boolean> {
  const program = findProgram({ root: "/", owners: trustedOwners([]) }, "flock");
  if (program === undefined) throw failed(file);
  const wait =
    mode === "--shared" ? ["--nonblock"] : ["--wait", String(Math.max(waitSeconds, leastWaitSeconds))];
  return new Promise<boolean>((resolve, reject) => {
    const child = startChild(program, [mode, ...wait, "--conflict-exit-code", String(taken), "3"], {
      env: { LC_ALL: "C" },
      stdio: ["ignore", "ignore", "ignore", fd],
      ...(signal && { signal }),
    });
    child.once("error", (cause) => {
      reject(signal?.aborted === true ? interrupted() : failed(file, cause));
    });
    child.once("exit", (code, endedBy) => {
      if (code === 0 || code === taken) resolve(code === 0);
      // a terminal's Ctrl-C reaches it too
      else reject(endedBy !== null && signal !== undefined ? interrupted() : failed(file));
    });
  });
}

function interrupted(): Problem {
  return new Problem("interrupted", "interrupted while waiting for another run");
}

function failed(file: AbsolutePath, cause?: unknown): Problem {
  return new Problem("host-lock-failed", "the lock could not be taken", {
    where: { path: file },
    hint: "flock is needed: install the package util-linux",
    ...(cause !== undefined && { cause }),
  });
}
