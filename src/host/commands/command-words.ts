import { Problem } from "../../problem/problem.js";
import { trustedOwners } from "../files/trust.js";
import type { Tree } from "../files/walk.js";
import type { Command } from "./command.js";
import type { AbsolutePath } from "../path.js";
import { systemPath } from "../sandbox/sandbox-script.js";
import { findProgram } from "./find-program.js";

/** Where this machine's programs are. */
export const machine: Tree = { root: "/", owners: trustedOwners([]) };

/** A command line that changes to the folder first: whoever enters another root always begins in `/`. */
export function inFolder(folder: string, line: readonly string[]): readonly string[] {
  return ["/bin/sh", "-c", 'cd -- "$1" && shift && exec "$@"', "sh", folder, ...line];
}

/** Nothing of our own environment reaches a child: no LD_*, no NODE_OPTIONS, no PIN. */
export function environment(command: Pick<Command, "env">): Record<string, string> {
  return { ...command.env, PATH: systemPath, LC_ALL: "C" };
}

/** A program's path; throws a Problem (`host-command-missing`) if it is missing. */
export function programIn(tree: Tree, program: string): AbsolutePath {
  const found = findProgram(tree, program);
  if (found !== undefined) return found;
  throw new Problem("host-command-missing", `the program ${JSON.stringify(program)} is not here`, {
    detail: program.startsWith("/")
      ? "no such file, or it is not executable"
      : `it is in none of these folders: ${systemPath.split(":").join(", ")}`,
    hint: "install the package that provides it",
  });
}
