import { existsSync, readFileSync, readdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/**
 * Variable that marks the processes of an account tool or a module: they inherit it, whatever session or
 * parent they end up with.
 */
export const markerVariable = "KNETCTL_MARK";

interface Look {
  readonly found: readonly number[];
  /**
   * Whether a process had no environment at all: for a moment that is true of every process that is becoming
   * another program, execve(2).
   */
  readonly isUnsure: boolean;
}

/**
 * Numbers of processes that still carry the marker in the environment they were started with, without our own
 * and without zombies. One that discarded it (`env -i`) cannot be told from anybody else's, and is not found.
 */
function look(marker: string): Look {
  const wanted = `${markerVariable}=${marker}`;
  let isUnsure = false;
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
        if (!environment.split("\0").includes(wanted)) {
          // a kernel thread runs no program, and a zombie no longer does
          isUnsure ||= environment === "" && existsSync(`/proc/${pid}/exe`);
          return [];
        }
        return [Number(pid)];
      } catch {
        // gone, or not ours to read
        return [];
      }
    });
  return { found, isUnsure };
}

/**
 * Ends them: SIGTERM, and SIGKILL for those still running after a second. What a module leaves behind after a
 * smoke test may hold the PIN.
 */
export async function endLeftOvers(marker: string): Promise<void> {
  for (let round = 0; round < 40; round++) {
    const left = await surelyLeft(marker);
    if (left.length === 0) break;
    for (const pid of left) signal(pid, round < 20 ? "SIGTERM" : "SIGKILL");
    await setTimeout(50);
  }
}

/** Waits, up to `mostMs`, for processes that end by themselves and should not be ended halfway. */
export async function leftOversEnded(marker: string, mostMs: number): Promise<void> {
  const end = performance.now() + mostMs;
  while ((await surelyLeft(marker)).length > 0 && performance.now() < end) await setTimeout(20);
}

/** Looks again before it says that there are none, if one may have been missed. */
async function surelyLeft(marker: string): Promise<readonly number[]> {
  const { found, isUnsure } = look(marker);
  if (found.length > 0 || !isUnsure) return found;
  await setTimeout(50);
  return look(marker).found;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended in the meantime
  }
}
