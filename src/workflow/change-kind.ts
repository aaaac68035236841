import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import type { Contents } from "./contents.js";
import type { StepId } from "./step-ids.js";

/** What every change says, of whatever kind: all that the engine and the other kinds may know of it. */
export interface CommonChange {
  readonly kind: string;
  readonly step: StepId;
  readonly path: AbsolutePath;
  /** Account whose folders may be walked through besides root's. */
  readonly trusting?: string;
}

/** A unit that starts anew, or should, and what it has to read anew. */
export interface Restart {
  readonly unit: string;
  readonly because: readonly AbsolutePath[];
}

/** What the kinds of changes may use while a run goes on, or is taken back. */
export interface RunContext {
  readonly host: Host;
  /** The run's own folder, root-only: backups and records go here. */
  readonly folder: AbsolutePath;
  /** The change's place among the run's, from 1. */
  readonly number: number;
  /** All that the run means to do. */
  readonly changes: readonly CommonChange[];
  /** What changes install and do not hold themselves; absent where nothing of the kind is made any more. */
  readonly contents?: Contents;
  readonly signal?: AbortSignal;
  /** Another process takes it back than made it, perhaps much later. */
  readonly recovering?: boolean;
  /** What is being done ("hashing", "running install.sh"); shown while it lasts. */
  note(text: string): void;
  /** What came of it and was not in the plan ("install.sh created …"); stays to be read. */
  report(text: string): void;
}

/** Where a change stands on the host, found by looking. `partly`: begun and cut off, or undone in part. */
export type Standing = { readonly state: "before" | "after" | "partly" } | Other;

/**
 * Where the effects of a change were looked for, when the change itself does not say: nothing can be claimed
 * of any other place.
 */
export interface LookedAt {
  readonly folders: readonly string[];
  /** What lies in these folders and was not looked at all the same. */
  readonly except: readonly { readonly path: string; readonly because: string }[];
}

/** Somebody has changed it since: taking it back would lose that. */
export interface Other {
  readonly state: "other";
  readonly path: string;
  readonly because: string;
}

/**
 * All that is to be known of one kind of change: what it says, how it hangs together with others, how it is
 * made and taken back. The engine and the displays know kinds by this alone; a new one is a file in
 * change-kinds/, a line in its index.ts, and a schema in the journal's and in the report's `$defs/change`,
 * which a test holds against that list.
 */
export interface ChangeKind<C extends CommonChange, Prior> extends Said<C>, Related<C> {
  /** What `record` gave, back from the journal; undefined when it cannot be that. */
  parsePrior(json: unknown): Prior | undefined;
  /**
   * Gathers all that `undo` needs, before the change is made; goes to the journal (JSON), so that another
   * process can undo.
   */
  record(change: C, run: RunContext): Promise<Prior>;
  perform(change: C, prior: Prior, run: RunContext): Promise<void>;
  /** Only looks. */
  observe(change: C, prior: Prior, run: RunContext): Promise<Standing>;
  /** For a change that may have touched more than it names. Only looks. */
  lookedAt?(change: C, prior: Prior, run: RunContext): Promise<LookedAt>;
  /**
   * Safe for a change that was not begun, half made or made, and safe to repeat; throws `undo-unsafe` where
   * it would lose what somebody did since.
   */
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

/**
 * What is told of a change. Plain text: it may hold names that others chose, and whoever shows it cleans it.
 */
interface Said<C extends CommonChange> {
  /** One line: what the change does, without its content ("edit file /etc/x  0640 root:amplia"). */
  text(change: C): string;
  /** Whether it makes what was not there, rather than change what is. */
  isNew(change: C): boolean;
  /** What it means, a line each ("connection hsm_1: removed"). */
  summary?(change: C): readonly string[];
  /** How the content changes: lines of a unified diff without its header, each with its mark (`@ +-`). */
  diff?(change: C): readonly string[];
  /**
   * Its members in the `--json` documents besides `step`, `kind` and `path`; modes as octal text. Schema: the
   * one of its kind in `$defs/change` of schemas/report.schema.json.
   */
  json(change: C): Readonly<Record<string, unknown>>;
  /**
   * The change as the journal keeps it, without what must not lie on a disk; left out: as it is. Schema: the
   * one of its kind in `$defs/change` of schemas/journal.schema.json.
   */
  journaled?(change: C): C;
}

/** How a change hangs together with others, of its run and of later ones. */
interface Related<C extends CommonChange> {
  /**
   * True: made when all other changes of the run are made and proven, and not before, since no rollback makes
   * it unseen: an application reads its PIN.
   */
  readonly waitsForProof?: true;
  /** True: it changes what a program reads; left out: only who may. */
  readonly changesContent?: true;
  /**
   * True: it makes all of what lies at its path, so that what earlier changes of the run did there is gone.
   */
  readonly isWhole?: true;
  /** True: it makes the folder at its path, where later changes of the run may work. */
  readonly makesFolder?: true;
  /** True: it rests on nothing that other runs did, and can be made again at any time. */
  readonly isFree?: true;
  /**
   * Whether a later run's change rests on this one, which therefore cannot be taken back first; left out: one
   * of the same path does.
   */
  carries?(change: C, later: CommonChange): boolean;
  /**
   * Why it stays as long as something that was done after it could not be taken back; left out: it does not.
   */
  staysAfterFailure?(change: C): { readonly title: string; readonly detail: string; readonly hint: string };
  /**
   * Whether the state before it was an earlier change's work: when both are taken back, only the earlier one
   * can be looked at.
   */
  followsOn?(change: C, earlier: CommonChange): boolean;
  /** The restart that it is, when a unit reads its settings anew by it; `prior` as the journal has it. */
  restart?(change: C, prior: unknown): Restart & { readonly invocation?: string };
}
