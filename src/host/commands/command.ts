import type { AbsolutePath } from "../path.js";

export interface Command {
  /** Bare name, found in the trusted folders (/usr/sbin, /usr/bin, /sbin, /bin), or an absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: AbsolutePath;
  /** The child's environment, in addition to PATH and LC_ALL=C. Default: nothing more. */
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes for standard input; without it, standard input is /dev/null. */
  readonly input?: Uint8Array | string;
  readonly timeoutMs: number;
  /**
   * Run with the host's root as its root, behind a wall (`host/stage`), which throws `stage-…` where there
   * can be none; `unwalled`: by chroot(8) alone. Only means something with `--root`.
   */
  readonly insideRoot?: boolean | "unwalled";
  /** Behind the wall: whether the machine's network is in reach. Default: it is not. */
  readonly network?: boolean;
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Child processes: own process group, killed as a group at the time-out; output capped at 1 MiB a stream. */
export interface Commands {
  /** Never throws for an exit code; throws a Problem when the program is missing or cannot be started. */
  run(command: Command): Promise<CommandResult>;
  /** Absolute path of a program in the trusted folders; undefined when it is missing. */
  find(program: string): AbsolutePath | undefined;
}
