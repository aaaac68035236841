import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import type { Change } from "./change.js";

/** What the kinds of changes may use while a run goes on, or is taken back. */
export interface RunContext {
  readonly host: Host;
  /** The run's own folder, root-only: backups and records go here. */
  readonly folder: AbsolutePath;
  /** The change's place among the run's, from 1. */
  readonly number: number;
  /** All that the run means to do. */
  readonly changes: readonly Change[];
  readonly signal?: AbortSignal;
  /** Another process takes it back than made it, perhaps much later. */
  readonly recovering?: boolean;
  /** What goes on just now ("hashing", "running install.sh"); shown while it does. */
  note(text: string): void;
  /** What came of it and was not in the plan ("install.sh created …"); stays to be read. */
  report(text: string): void;
}

/** Where a change stands on the host, found by looking. `partly`: begun and cut off, or undone in part. */
export type Standing = { readonly state: "before" | "after" | "partly" } | Other;

/**
 * Where what a change did was looked for, as far as that is not told by the change itself: nothing can be
 * claimed of any other place.
 */
export interface LookedAt {
  readonly folders: readonly string[];
  /** What lies in these folders, and was not looked at all the same. */
  readonly except: readonly { readonly path: string; readonly because: string }[];
}

/** Somebody has changed it since: taking it back would lose that. */
export interface Other {
  readonly state: "other";
  readonly path: string;
  readonly because: string;
}

/**
 * How one kind of change is made and taken back. `record` gathers all that `undo` needs, before it is made; its
 * result goes to the journal (JSON), so that another process can undo. `undo` must be safe after a change that
 * was not begun, half done or done, and safe to repeat; it throws `undo-unsafe` where it would lose what
 * somebody did since.
 */
export interface ChangeKind<C extends Change, Prior> {
  /**
   * True: made when all other changes of the run are made and proven, and not before, since no rollback makes
   * it unseen: an application reads its PIN.
   */
  readonly waitsForProof?: boolean;
  /** What `record` gave, back from the journal; undefined when it cannot be that. */
  parsePrior(json: unknown): Prior | undefined;
  record(change: C, run: RunContext): Promise<Prior>;
  perform(change: C, prior: Prior, run: RunContext): Promise<void>;
  /** Only looks. */
  observe(change: C, prior: Prior, run: RunContext): Promise<Standing>;
  /** For a change that may have touched more than it names. Only looks. */
  lookedAt?(change: C, prior: Prior, run: RunContext): Promise<LookedAt>;
  undo(change: C, prior: Prior, run: RunContext): Promise<void>;
  /**
   * What is still to be done once all changes of the run are taken back, so far as they could be: a service
   * starts again with its old settings. Only then does the change count as undone. As safe as `undo`.
   */
  settle?(change: C, prior: Prior, run: RunContext): Promise<void>;
  /**
   * Shell commands with which a person at this machine takes it back: with `--root`, they name the paths
   * below it.
   */
  byHand(change: C, prior: Prior, run: RunContext): readonly string[];
}
