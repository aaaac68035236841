import { existsSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

export interface LeftOver {
  readonly pid: number;
  readonly name: string;
}

/**
 * Variable that marks the processes of an installer or a module: they inherit it, whatever session or parent
 * they end up with.
 */
export const markerVariable = "KNETCTL_MARK";

/**
 * Processes that still carry the marker in the environment they were started with, and those that work in the
 * folder or run a program in it, since they may have discarded their environment (`env -i`). Without our own
 * and without zombies. A process that discarded it, works elsewhere and runs one of the host's programs
 * cannot be distinguished from anybody else's, and is not found.
 */
export function leftOverProcesses(marker: string, folder?: string): readonly LeftOver[] {
  return look(marker, folder).found;
}

interface Look {
  readonly found: readonly LeftOver[];
  /**
   * Whether a process had no environment at all: for a moment that is true of every process that is becoming
   * another program, execve(2).
   */
  readonly isUnsure: boolean;
}

function look(marker: string, folder: string | undefined): Look {
  const wanted = `${markerVariable}=${marker}`;
  let isUnsure = false;
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
        if (!environment.split("\0").includes(wanted) && !isAtHomeIn(pid, folder)) {
          // a kernel thread runs no program, and a zombie no longer does
          isUnsure ||= environment === "" && existsSync(`/proc/${pid}/exe`);
          return [];
        }
        return [{ pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() }];
      } catch {
        // gone, or not ours to read
        return [];
      }
    });
  return { found, isUnsure };
}

/**
 * Ends such processes: SIGTERM, and SIGKILL for those still there after a second. They are ended even after
 * an installer that succeeded: a host should not keep processes that run as root outside the service manager
 * and do not survive a reboot, and one that went on writing would make the record of the installation, and so
 * its undoing, wrong. What a module leaves behind after a smoke test may hold the PIN. The folder, when
 * given, is one that nobody else has a reason to be in. Returns the processes that it ended.
 */
export async function endLeftOvers(marker: string, folder?: string): Promise<readonly LeftOver[]> {
  const ended = new Map<number, LeftOver>();
  for (let round = 0; round < 40; round++) {
    const left = await surelyLeft(marker, folder);
    if (left.length === 0) break;
    for (const process of left) {
      ended.set(process.pid, process);
      signal(process.pid, round < 20 ? "SIGTERM" : "SIGKILL");
    }
    await setTimeout(50);
  }
  return [...ended.values()];
}

/** Waits, up to `mostMs`, for processes that end by themselves and should not be ended halfway. */
export async function leftOversEnded(marker: string, mostMs: number): Promise<void> {
  const end = performance.now() + mostMs;
  while ((await surelyLeft(marker)).length > 0 && performance.now() < end) await setTimeout(20);
}

/** Looks again before it says that there are none, if one may have been missed. */
async function surelyLeft(marker: string, folder?: string): Promise<readonly LeftOver[]> {
  const { found, isUnsure } = look(marker, folder);
  if (found.length > 0 || !isUnsure) return found;
  await setTimeout(50);
  return leftOverProcesses(marker, folder);
}

function isAtHomeIn(pid: string, folder: string | undefined): boolean {
  return (
    folder !== undefined &&
    ["cwd", "exe"].some((link) => `${readlinkSync(`/proc/${pid}/${link}`)}/`.startsWith(`${folder}/`))
  );
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended in the meantime
  }
}
