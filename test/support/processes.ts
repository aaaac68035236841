import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** Ids of the live processes whose command line holds the text. */
export function processesWith(text: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandLine(pid).includes(text));
}

/** Ids of the live processes that were started with this variable in their environment. */
export function processesWithVariable(name: string, value: string): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(`${name}=${value}`));
}

/** Waits until the condition holds; false when it does not within the time. */
export async function eventually(condition: () => boolean, milliseconds = 5000): Promise<boolean> {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > end) return false;
    await wait(20);
  }
  return true;
}

/**
 * Waits until what the rest of a test stands on has come about; throws where it does not, so that nothing is
 * awaited that cannot come any more.
 */
export async function reached(what: string, condition: () => boolean, milliseconds = 60_000): Promise<void> {
  if (!(await eventually(condition, milliseconds))) throw new Error(`${what}: not within ${milliseconds} ms`);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}
