import { readFileSync } from "node:fs";
import { findProgram } from "./find-program.js";
import type { Command, CommandResult, Commands } from "./command.js";
import type { AbsolutePath } from "../path.js";
import { environment, inFolder, machine, programIn } from "./command-words.js";
import { runChild } from "./run-child.js";
import { trustedOwners } from "../files/trust.js";
import type { Tree } from "../files/walk.js";
import { sandboxMounts } from "../sandbox/sandbox-mounts.js";
import { runWalledIn } from "../stage/run-walled.js";

/**
 * Runs programs of this machine, or, for a command `insideRoot`, of the host's root, behind a wall. Without
 * `insideRoot` the working folder is still the host's, and arguments are passed as they are.
 */
export function realCommands(root: AbsolutePath, rootOpener: string): Commands {
  const inside: Tree = { root: rootOpener, owners: trustedOwners([]) };
  return {
    find: (program) => findProgram(machine, program),
    run: async (command) => {
      const { cwd, args } = command;
      const isInside = command.insideRoot !== undefined && command.insideRoot !== false && root !== "/";
      if (isInside && command.insideRoot !== "unwalled") return runWalledRoot(root, rootOpener, command);
      const line = [programIn(isInside ? inside : machine, command.program), ...args];
      return await runChild({
        line: isInside ? [programIn(machine, "chroot"), ".", ...inFolder(cwd ?? "/", line)] : line,
        // the folder that was opened as the root, whatever its name leads to by now
        cwd: isInside ? rootOpener : cwd === undefined ? "/" : outside(rootOpener, cwd),
        env: environment(command),
        input: command.input,
        timeoutMs: command.timeoutMs,
        signal: command.signal,
      });
    },
  };
}

function outside(rootOpener: string, folder: AbsolutePath): string {
  return rootOpener === "/" ? folder : `${rootOpener}${folder}`;
}

/** Runs a command behind a wall round the folder of `--root` itself, which `opener` opens. */
function runWalledRoot(
  root: AbsolutePath,
  opener: string,
  { network = false, ...command }: Command,
): Promise<CommandResult> {
  const mounts = sandboxMounts(readFileSync("/proc/self/mountinfo", "utf8"), root).map(({ path }) => path);
  return runWalledIn({ opener, enter: [], mounts }, { ...command, network });
}
