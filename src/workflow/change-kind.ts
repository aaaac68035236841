import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import type { Problem } from "../problem/problem.js";
import type { Contents } from "./contents.js";
import type { StepId } from "./step-ids.js";

/** What every change has, whatever its kind: all that the engine and the other kinds may know about it. */
export interface CommonChange {
  readonly kind: string;
  readonly step: StepId;
  readonly path: AbsolutePath;
  /** The account whose folders may be entered, in addition to root's. */
  readonly trusting?: string;
}

/** A unit that restarts, or should, and what it has to read again. */
export interface Restart {
  readonly unit: string;
  readonly because: readonly AbsolutePath[];
}

/** What the kinds of changes may use while a run is in progress or taken back. */
export interface RunContext {
  readonly host: Host;
  /** The run's folder, root-only: backups and records go here. */
  readonly folder: AbsolutePath;
  /** The change's place among the run's, from 1. */
  readonly number: number;
  /** All changes of the run. */
  readonly changes: readonly CommonChange[];
  /** What changes install and do not hold themselves; absent where nothing of the kind is made any more. */
  readonly contents?: Contents;
  readonly signal?: AbortSignal;
  /** Whether it is being taken back by a process other than the one that made it, perhaps much later. */
  readonly recovering?: boolean;
  /**
   * Takes what is wrong but not because of the run: it is shown with the other problems and makes nothing
   * fail. Left out where there is nobody to show it to.
   */
  warn?(problem: Problem): void;
  /** What is being done ("hashing", "running install.sh"); shown while it lasts. */
  note(text: string): void;
  /** A result that was not in the plan ("install.sh created …"); stays on the screen. */
  report(text: string): void;
}

/** The state of a change on the host, as observed. `partly`: begun and cut off, or undone in part. */
export type Standing = { readonly state: "before" | "after" | "partly" } | Other;

/** Somebody has changed it since then: taking it back would lose that. */
export interface Other {
  readonly state: "other";
  readonly path: string;
  readonly because: string;
}

/**
 * Everything about one kind of change: what it says, how it relates to others, how it is made and taken back.
 * The engine and the displays know kinds only through this; a new one is a file in change-kinds/, a line in
 * its index.ts, and a schema in the journal's and in the report's `$defs/change`, which a test compares with
 * that list.
 */
export interface ChangeKind<C extends CommonChange, Prior> extends Said<C>, Related<C> {
  /** The result of `record`, read from the journal; undefined if it is not valid. */
  parsePrior(json: unknown): Prior | undefined;
  /**
   * Gathers everything that `undo` needs, before the change is made; written to the journal (JSON), so that
   * another process can undo.
   */
  record(change: C, run: RunContext): Promise<Prior>;
  perform(change: C, prior: Prior, run: RunContext): Promise<void>;
  /** Only looks. */
  observe(change: C, prior: Prior, run: RunContext): Promise<Standing>;
  /**
   * Safe for a change that was not begun, half made or made, and safe to repeat; throws `undo-unsafe` if it
   * would lose what somebody has done since.
   */
  undo(change: C, prior: Prior, run: RunContext): Promise<void>;
  /**
   * What remains to be done after all changes of the run have been taken back, as far as possible: a service
   * starts again with its old settings. Only then does the change count as undone. As safe as `undo`.
   */
  settle?(change: C, prior: Prior, run: RunContext): Promise<void>;
  /**
   * Shell commands with which a person at this machine can take it back: with `--root`, they name the paths
   * below it.
   */
  byHand(change: C, prior: Prior, run: RunContext): readonly string[];
}

/**
 * How a change is described. Plain text: it may contain names that others chose, and must be cleaned when
 * shown.
 */
interface Said<C extends CommonChange> {
  /** One line: what the change does, without its content ("edit file /etc/x  0640 root:amplia"). */
  text(change: C): string;
  /** Whether it creates something new, rather than changing something. */
  isNew(change: C): boolean;
  /** What it means, one line each ("connection hsm_1: removed"). */
  summary?(change: C): readonly string[];
  /** How the content changes: lines of a unified diff without its header, each with its mark (`@ +-`). */
  diff?(change: C): readonly string[];
  /**
   * Its members in the `--json` documents other than `step`, `kind` and `path`; modes as octal text. Schema:
   * its kind's in `$defs/change` of schemas/report.schema.json.
   */
  json(change: C): Readonly<Record<string, unknown>>;
  /**
   * The change as the journal keeps it, without what must not be on a disk; left out: as it is. Schema: its
   * kind's in `$defs/change` of schemas/journal.schema.json.
   */
  journaled?(change: C): C;
}

/** How a change relates to others, of its run and of later ones. */
interface Related<C extends CommonChange> {
  /**
   * True: made only after all other changes of the run are made and proven, since no rollback can undo its
   * effect: an application reads its PIN.
   */
  readonly waitsForProof?: true;
  /** True: what it does cannot be tried in a stage first. */
  readonly onlyInPlace?: true;
  /** True: it changes what a program reads; left out: only who may read it. */
  readonly changesContent?: true;
  /**
   * True: it makes everything at its path, so nothing is left of what earlier changes of the run did there.
   */
  readonly isWhole?: true;
  /** True: it makes the folder at its path, where later changes of the run may work. */
  readonly makesFolder?: true;
  /** True: it does not depend on what other runs did, and can be made again at any time. */
  readonly isFree?: true;
  /**
   * Whether a later run's change depends on this one, which therefore cannot be taken back first; left out:
   * one with the same path does.
   */
  carries?(change: C, later: CommonChange): boolean;
  /**
   * Why it stays as long as something that was done after it could not be taken back; left out: it does not
   * stay.
   */
  staysAfterFailure?(change: C): { readonly title: string; readonly detail: string; readonly hint: string };
  /**
   * Whether the state before it was an earlier change's work: once both are taken back, only the earlier one
   * can be looked at.
   */
  followsOn?(change: C, earlier: CommonChange): boolean;
  /** The restart, if the change makes a unit read its settings again; `prior` as in the journal. */
  restart?(change: C, prior: unknown): Restart & { readonly invocation?: string };
}
