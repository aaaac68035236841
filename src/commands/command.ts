import type { Host } from "../host/host.js";
import type { OpenDescriptors } from "../host/processes/inherited-descriptors.js";
import { type AbsolutePath, folderOf, joined } from "../host/path.js";
import type { ExitCode } from "../problem/exit-codes.js";
import { Problem } from "../problem/problem.js";
import type { Output } from "../ui/terminal/output.js";

/** What `main` gives every command. */
export interface CommandContext {
  readonly output: Output;
  /** Folder that relative paths of the command line start from. */
  readonly workingFolder: AbsolutePath;
  /**
   * Builds the host for `--root` (default `/`); loaded only by the commands that need one. Of one that can be
   * written to, the private homes of this process are removed when a second signal ends the program.
   */
  host(options: { root?: string | undefined; readOnly: boolean }): Promise<Host>;
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Adds to what is done when a second signal ends the program at once. */
  readonly whenLeft: (leave: () => void) => void;
  readonly isRoot: boolean;
  /** Version of knetctl. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * What was open before the program opened anything: whether a descriptor was handed over is told by
   * `isHandedOver`.
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
 * Throws `apply-needs-root` for a command that changes the host; `harmless` is the one that shows what it
 * would do and works without root.
 */
export function requireRoot({ isRoot }: CommandContext, command: string, harmless: string): void {
  if (isRoot) return;
  throw new Problem("apply-needs-root", `${command} changes the host and must run as root`, {
    hint: `sudo knetctl ${command} …; ${harmless} shows what it would do and works without root`,
  });
}

/** The smoke test's worker, which alone loads PKCS #11 modules: a script beside the program. */
export function pkcs11Worker({ programFolder }: Pick<CommandContext, "programFolder">): AbsolutePath {
  return joined(programFolder, "pkcs11-worker.cjs");
}

/** What the simulated module and the archive around it are built from. */
export function simulatorSources({ programFolder }: Pick<CommandContext, "programFolder">): AbsolutePath {
  return joined(folderOf(programFolder), "installers", "simulator");
}
