import { type ExitCode, exitCodes } from "../../problem/exit-codes.js";
import type { Verb } from "../verb.js";

/** What each exit code means, in a few words. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: "done, and nothing differs",
  1: "failed",
  2: "changes are pending",
  3: "unknown: only with --nagios, whose 0 to 3 are OK, WARNING, CRITICAL, UNKNOWN",
  4: "warnings only: with --fail-on warning; changes may be pending too",
  64: "wrong usage",
  65: "the profile is not valid",
  69: "an endpoint, service or token cannot be reached",
  70: "internal error in knetctl",
  73: "cannot write",
  75: "another run holds the lock",
  77: "a permission is missing",
  130: "interrupted",
};

/** Those of every verb: it was done, or not understood, or knetctl or its standard output failed. */
const everyVerbs: readonly ExitCode[] = [
  exitCodes.done,
  exitCodes.usage,
  exitCodes.internal,
  exitCodes.cannotWrite,
];

/** The exit codes that a verb can give, the smallest first. */
export function exitsOf({ exits }: Pick<Verb, "exits">): readonly ExitCode[] {
  const all = new Set([...everyVerbs, ...exits.map((name) => exitCodes[name])]);
  return Object.values(exitCodes).filter((code) => all.has(code));
}
