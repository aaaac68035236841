import { environment, inFolder, machine, programIn } from "../commands/command-words.js";
import { findProgram } from "../commands/find-program.js";
import { runChild } from "../commands/run-child.js";
import { trustedOwners } from "../files/trust.js";
import type { Tree } from "../files/walk.js";
import type { Accounts, Entrance } from "../host.js";
import type { Command, Commands } from "../commands/command.js";
import type { AbsolutePath } from "../path.js";
import type { Holder } from "./holder.js";
import { runWalledIn, type WalledRoot } from "./run-walled.js";
import { stageCapabilities } from "./wall-script.js";

/** Words that lead into the stage's namespaces and its first root, with a working folder there. */
export function enterFor({ namespaces }: Holder, folder: string): readonly string[] {
  return [programIn(machine, "nsenter"), ...namespaces, `--wd=${folder}`, "--"];
}

/**
 * How a process gets into the stage. In a stage of `/`, this machine's programs set it up, with few
 * capabilities, in a root that has nothing of this machine but them, read-only; it then makes the stage its
 * root. In one of `--root DIR`, it sees this machine, with the stage at DIR.
 */
export function enterStage(root: AbsolutePath, holder: Holder, accounts: Accounts): Entrance {
  const words = enterFor(holder, holder.first);
  const groupsOf = (user: string): readonly number[] => accounts.groupsOf(user);
  if (root !== "/") return { words, groupsOf };
  const confined = [programIn(machine, "setpriv"), `--bounding-set=${stageCapabilities}`, "--"];
  return { words: [...words, ...confined], root: "/stage", groupsOf };
}

/**
 * Runs programs in the stage. Those of a stage of `/`, and with `--root` those `insideRoot`, run behind the
 * wall: they may be what install.sh put there. Else they are this machine's, led there by the words `enter`.
 */
export function stagedCommands(
  root: AbsolutePath,
  opener: string,
  enter: readonly string[],
  walled: WalledRoot,
): Commands {
  const programs: Tree = root === "/" ? { root: opener, owners: trustedOwners([]) } : machine;
  const line = ({ program, args, cwd }: Command): readonly string[] => {
    const words = [programIn(programs, program), ...args];
    return [...enter, ...(cwd === undefined ? words : inFolder(`${root}${cwd}`, words))];
  };
  return {
    find: (program) => findProgram(programs, program),
    run: async ({ insideRoot = false, network = false, ...command }) => {
      if (root === "/" || insideRoot !== false) return runWalledIn(walled, { ...command, network });
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
