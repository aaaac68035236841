import type { Host } from "../host/host.js";
import type { OpenDescriptors } from "../host/processes/inherited-descriptors.js";
import { type AbsolutePath, folderOf, joined } from "../host/path.js";
import type { ExitCode } from "../problem/exit-codes.js";
import { Problem } from "../problem/problem.js";
import type { Output } from "../ui/terminal/output.js";

/** What `main` gives every command. */
export interface CommandContext {
  readonly output: Output;
  /** The folder from which relative paths on the command line start. */
  readonly workingFolder: AbsolutePath;
  /**
   * Builds the host for `--root` (default `/`); loaded only by the commands that need one. For a host that
   * can be written to, this process's private homes are removed when a second signal ends the program.
   */
  host(options: { root?: string | undefined; readOnly: boolean }): Promise<Host>;
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Adds to what is done when a second signal ends the program at once. */
  readonly whenLeft: (leave: () => void) => void;
  readonly isRoot: boolean;
  /** Runs another line, a verb and its one word, as this command's end. */
  readonly follow: (line: readonly [verb: string, word: string]) => Promise<ExitCode>;
  /** Version of knetctl. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * The descriptors that were open before the program opened any that it keeps and could read from:
   * `isHandedOver` says whether one was passed in.
   */
  readonly descriptors: OpenDescriptors;
  /** How to call this program again: node, and the bundled script. */
  readonly self: { readonly node: AbsolutePath; readonly script: AbsolutePath };
  /** The program's own folder, dist/. */
  readonly programFolder: AbsolutePath;
}

/** A verb: its parsed arguments in, its exit code out. Throws Problem or Problems; `main` shows them. */
export type CommandRun<Arguments> = (args: Arguments, context: CommandContext) => Promise<ExitCode>;

/**
 * Throws `apply-needs-root` for a command that changes the host; `harmless` is the command that shows what it
 * would do and works without root.
 */
export function requireRoot({ isRoot }: CommandContext, command: string, harmless: string): void {
  if (isRoot) return;
  throw new Problem("apply-needs-root", `${command} changes the host and must run as root`, {
    hint: `sudo knetctl ${command} …; ${harmless} shows what it would do and works without root`,
  });
}

/** Whether the node that runs the program came with it, and is replaced with it. */
export function carriesNode({
  self,
  programFolder,
}: Pick<CommandContext, "self" | "programFolder">): boolean {
  return self.node.startsWith(`${folderOf(programFolder)}/`);
}

/** The smoke test's worker, the only script that loads PKCS #11 modules; it is beside the program. */
export function pkcs11Worker({ programFolder }: Pick<CommandContext, "programFolder">): AbsolutePath {
  return joined(programFolder, "pkcs11-worker.cjs");
}

/** The sources of the simulated module and its archive. */
export function simulatorSources({ programFolder }: Pick<CommandContext, "programFolder">): AbsolutePath {
  return joined(folderOf(programFolder), "installers", "simulator");
}
