import { Problem } from "../../problem/problem.js";
import type { Commands } from "../host.js";

/**
 * Throws `host-command-missing` for the first of the programs that is not there: what needs several of them
 * must not find out halfway.
 */
export function requirePrograms(
  { find }: Pick<Commands, "find">,
  programs: readonly string[],
  hint: string,
): void {
  const missing = programs.find((program) => find(program) === undefined);
  if (missing === undefined) return;
  throw new Problem("host-command-missing", `the program ${JSON.stringify(missing)} is not here`, {
    detail: "looked in /usr/sbin, /usr/bin, /sbin, /bin",
    hint,
  });
}
