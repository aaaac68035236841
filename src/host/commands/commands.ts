import { Problem } from "../../problem/problem.js";
import { findProgram } from "./find-program.js";
import type { Command, Commands } from "../host.js";
import type { AbsolutePath } from "../path.js";
import { runChild } from "./run-child.js";
import { systemPath } from "../sandbox/sandbox-script.js";
import { trustedOwners } from "../files/trust.js";
import type { Tree } from "../files/walk.js";

/** A command line that changes to the folder first: where one enters another root it always begins in `/`. */
export function inFolder(folder: string, line: readonly string[]): readonly string[] {
  return ["/bin/sh", "-c", 'cd -- "$1" && shift && exec "$@"', "sh", folder, ...line];
}

/**
 * Programs of this machine, or, for a command `insideRoot`, of the host's root. Without `insideRoot` the
 * working folder is the host's all the same, and arguments are as they stand.
 */
export function realCommands(root: AbsolutePath, rootOpener: string): Commands {
  const machine: Tree = { root: "/", owners: trustedOwners([]) };
  const inside: Tree = { root: rootOpener, owners: trustedOwners([]) };
  return {
    find: (program) => findProgram(machine, program),
    run: async (command) => {
      const enters = command.insideRoot === true && root !== "/";
      const program = programIn(enters ? inside : machine, command.program);
      const line = enters
        ? [programIn(machine, "chroot"), ".", ...inFolder(command.cwd ?? "/", [program, ...command.args])]
        : [program, ...command.args];
      return await runChild({
        line,
        // the folder that was opened as the root, whatever its name leads to by now
        cwd: enters ? rootOpener : command.cwd === undefined ? "/" : outside(rootOpener, command.cwd),
        env: environment(command),
        input: command.input,
        timeoutMs: command.timeoutMs,
        signal: command.signal,
      });
    },
  };
}

/** Nothing of our own environment reaches a child: no LD_*, no NODE_OPTIONS, no PIN. */
export function environment(command: Command): Record<string, string> {
  return { ...command.env, PATH: systemPath, LC_ALL: "C" };
}

/** A program's path; throws a Problem (`host-command-missing`) where it is not there. */
export function programIn(tree: Tree, program: string): AbsolutePath {
  const found = findProgram(tree, program);
  if (found !== undefined) return found;
  throw new Problem("host-command-missing", `the program ${JSON.stringify(program)} is not here`, {
    detail: program.startsWith("/")
      ? "no such file, or it is not executable"
      : `looked in ${systemPath.split(":").join(", ")}`,
    hint: "install the package that provides it",
  });
}

function outside(rootOpener: string, folder: AbsolutePath): string {
  return rootOpener === "/" ? folder : `${rootOpener}${folder}`;
}
