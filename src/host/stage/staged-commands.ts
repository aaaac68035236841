import { environment, inFolder, programIn } from "../commands/commands.js";
import { findProgram } from "../commands/find-program.js";
import { runChild } from "../commands/run-child.js";
import { trustedOwners } from "../files/trust.js";
import type { Tree } from "../files/walk.js";
import type { Command, Commands } from "../host.js";
import type { AbsolutePath } from "../path.js";
import type { Holder } from "./holder.js";

const machine: Tree = { root: "/", owners: trustedOwners([]) };

/**
 * The words before a command line that let it run in the stage. In a stage of `/` it sees the stage as its
 * root; in one of `--root DIR` this machine, with the stage at DIR.
 */
export function enterStage(root: AbsolutePath, { namespaces }: Holder): readonly string[] {
  const enter = [programIn(machine, "nsenter"), ...namespaces, "--"];
  return root === "/" ? [...enter, programIn(machine, "chroot"), "/stage"] : enter;
}

/** Programs of the stage, or with `--root` of this machine, run in the stage by the words of `enterStage`. */
export function stagedCommands(root: AbsolutePath, opener: string, enter: readonly string[]): Commands {
  const inside: Tree = { root: opener, owners: trustedOwners([]) };
  const programs = root === "/" ? inside : machine;
  const line = ({ program, args, cwd, insideRoot }: Command): readonly string[] => {
    if (insideRoot === true && root !== "/")
      return [
        ...enter,
        programIn(machine, "chroot"),
        root,
        ...inFolder(cwd ?? "/", [programIn(inside, program), ...args]),
      ];
    const words = [programIn(programs, program), ...args];
    if (cwd === undefined) return [...enter, ...words];
    return [...enter, ...inFolder(root === "/" ? cwd : `${root}${cwd}`, words)];
  };
  return {
    find: (program) => findProgram(programs, program),
    run: async (command) =>
      await runChild({
        line: line(command),
        cwd: "/",
        env: environment(command),
        input: command.input,
        timeoutMs: command.timeoutMs,
        signal: command.signal,
      }),
  };
}
