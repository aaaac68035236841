import { environment, inFolder, machine, programIn } from "../commands/command-words.js";
import { findProgram } from "../commands/find-program.js";
import { runChild } from "../commands/run-child.js";
import { trustedOwners } from "../files/trust.js";
import type { Tree } from "../files/walk.js";
import type { Command, Commands } from "../host.js";
import type { AbsolutePath } from "../path.js";
import type { Holder } from "./holder.js";
import { runWalledIn, type WalledRoot } from "./run-walled.js";
import { stageCapabilities } from "./wall-script.js";

/** Words that lead into the stage's namespaces and its first root, with a working folder there. */
export function enterFor({ namespaces }: Holder, folder: string): readonly string[] {
  return [programIn(machine, "nsenter"), ...namespaces, `--wd=${folder}`, "--"];
}

/**
 * The words that go before a command line to run it in the stage. In a stage of `/`, the command sees the
 * stage as its root, with few capabilities; if it left that root, it would find this machine's programs,
 * read-only, and nothing else. In one of `--root DIR`, it sees this machine, with the stage at DIR.
 */
export function enterStage(root: AbsolutePath, holder: Holder): readonly string[] {
  const enter = enterFor(holder, holder.first);
  if (root !== "/") return enter;
  return [
    ...enter,
    programIn(machine, "setpriv"),
    `--bounding-set=${stageCapabilities}`,
    programIn(machine, "chroot"),
    "/stage",
  ];
}

/**
 * Runs programs of the stage (with `--root`, of this machine) in the stage, by the words of `enterStage`, and
 * those `insideRoot` behind the wall.
 */
export function stagedCommands(
  root: AbsolutePath,
  opener: string,
  enter: readonly string[],
  walled: WalledRoot,
): Commands {
  const inside: Tree = { root: opener, owners: trustedOwners([]) };
  const programs = root === "/" ? inside : machine;
  const line = ({ program, args, cwd }: Command): readonly string[] => {
    const words = [programIn(programs, program), ...args];
    if (cwd === undefined) return [...enter, ...words];
    return [...enter, ...inFolder(root === "/" ? cwd : `${root}${cwd}`, words)];
  };
  return {
    find: (program) => findProgram(programs, program),
    run: async ({ insideRoot = false, network = false, ...command }) => {
      if (insideRoot !== false && root !== "/") return runWalledIn(walled, { ...command, network });
      return await runChild({
        line: line(command),
        cwd: "/",
        env: environment(command),
        input: command.input,
        timeoutMs: command.timeoutMs,
        signal: command.signal,
      });
    },
  };
}
