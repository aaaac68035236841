import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import type { Change } from "./change.js";

/** What the kinds of changes may use while a run goes on. */
export interface RunContext {
  readonly host: Host;
  /** The run's own folder, root-only: backups and records go here. */
  readonly folder: AbsolutePath;
  readonly signal?: AbortSignal;
  /** What goes on just now ("hashing", "running install.sh"); shown while it does. */
  note(text: string): void;
  /** What came of it and was not in the plan ("install.sh created …"); stays to be read. */
  report(text: string): void;
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
