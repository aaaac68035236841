import type { ChildProcess } from "node:child_process";

/**
 * Sends a signal to whatever there is of the process group that a child was started with (`detached`), the
 * child itself having ended or not.
 */
export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // the group is empty, or what is left in it is another user's
  }
}

/** The same while the child runs: once it has ended, what it left is not touched. */
export function signalRunningGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) signalGroup(child, signal);
}
