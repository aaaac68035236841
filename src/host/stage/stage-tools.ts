import { machine } from "../commands/command-words.js";
import { findProgram } from "../commands/find-program.js";
import { path, type AbsolutePath } from "../path.js";
import { stageNeedsRoot, stageToolsMissing } from "./stage-problem.js";

/** Programs a stage and its wall are made with; all come with util-linux, mount and coreutils. */
export const stageTools = [
  "sh",
  "setpriv",
  "unshare",
  "nsenter",
  "mount",
  "umount",
  "pivot_root",
  "chroot",
  "chmod",
  "chown",
  "cp",
  "ln",
  "mkdir",
] as const;

let found: AbsolutePath | undefined;

/**
 * setpriv(1)'s path; once all were there, they are not looked for again. Throws `stage-needs-root`, or
 * `stage-tools-missing` with the names of all that are.
 */
export function requireStageTools(): AbsolutePath {
  if (process.geteuid?.() !== 0) throw stageNeedsRoot();
  if (found !== undefined) return found;
  const missing = stageTools.filter((tool) => findProgram(machine, tool) === undefined);
  if (missing.length > 0) throw stageToolsMissing(missing);
  return (found = findProgram(machine, "setpriv") ?? path("/usr/bin/setpriv"));
}
