import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import type { Change } from "./change.js";

/** What the kinds of changes may use while a run goes on. */
export interface RunContext {
  readonly host: Host;
  /** The run's own folder, root-only: backups and records go here. */
  readonly folder: AbsolutePath;
  readonly signal?: AbortSignal;
  /** A line of progress below the change ("hashing", "running install.sh"). */
  note(text: string): void;
}

/**
 * How one kind of change is made and taken back. `record` gathers all that `undo` needs, before the deed; its result
 * goes to the journal (JSON), so that another process can undo. `undo` must be safe after a deed that was not begun, half done
 * or done, and safe to repeat.
 */
export interface ChangeKind<C extends Change, Prior> {
  record(change: C, run: RunContext): Promise<Prior>;
  perform(change: C, prior: Prior, run: RunContext): Promise<void>;
  undo(change: C, prior: Prior, run: RunContext): Promise<void>;
}
