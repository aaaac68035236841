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
 * folder or run a program of it: they may have thrown their environment away (`env -i`). Not our own; no
 * zombies. A process that did so and works elsewhere with a program of the host's cannot be distinguished
 * from anybody else's, and is not found.
 */
export function leftOverProcesses(marker: string, folder?: string): readonly LeftOver[] {
  return look(marker, folder).found;
}

interface Look {
  readonly found: readonly LeftOver[];
  /**
   * Whether a process had no environment at all: for a moment that is so of every one that is just becoming
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
          // a thread of the kernel runs no program, and a zombie no more
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
 * Ends them: SIGTERM, and SIGKILL for those that stay for a second. They are ended also after an installer
 * that succeeded: as root, outside of the service manager and gone with the next boot, they are nothing a
 * host should keep, and one that goes on writing would make the record of the installation, and its undoing,
 * wrong. What a module leaves behind after a smoke test may hold the PIN. The folder, when given, is one that
 * nobody else has a reason to be in. Returns whom it ended.
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

/** Waits for processes that come to their end by themselves, and are better not ended in the middle. */
export async function leftOversEnded(marker: string, mostMs: number): Promise<void> {
  const end = performance.now() + mostMs;
  while ((await surelyLeft(marker)).length > 0 && performance.now() < end) await setTimeout(20);
}

/** Looks again before it says that there are none, where one may have been missed. */
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
    // it ended meanwhile
  }
}
