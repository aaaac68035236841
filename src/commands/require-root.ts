import { Problem } from "../problem/problem.js";
import type { CommandContext } from "./command.js";

/**
 * Throws `apply-needs-root` for a command that changes the host; `harmless` is the one that shows what it
 * would do and works without root.
 */
export function requireRoot({ isRoot }: CommandContext, command: string, harmless: string): void {
  if (isRoot) return;
  throw new Problem("apply-needs-root", `${command} changes the host and must run as root`, {
    hint: `sudo knetctl ${command} …; ${harmless} shows what it would do and works without root`,
  });
}
