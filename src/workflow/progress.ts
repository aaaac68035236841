import type { Problem } from "../problem/problem.js";
import type { Change } from "./change.js";
import type { RecordedRun } from "./journal/entry.js";
import type { StepName } from "./step-ids.js";

/** What happens during a run, as it happens; for display. `ms` is wall time in milliseconds. */
export type ProgressEvent =
  | {
      readonly type: "change-started";
      readonly change: Change;
      readonly number: number;
      readonly count: number;
    }
  | { readonly type: "change-note"; readonly change: Change; readonly text: string }
  | { readonly type: "change-report"; readonly change: Change; readonly text: string }
  | { readonly type: "change-done"; readonly change: Change; readonly ms: number }
  | { readonly type: "change-failed"; readonly change: Change; readonly ms: number }
  /** The changes are made in a stage; each of them is reported when it is made on the host. */
  | { readonly type: "staging-started"; readonly count: number }
  | {
      readonly type: "staging-done";
      readonly count: number;
      readonly ms: number;
      readonly passed: boolean;
    }
  /** The changes are made on the host before they are proven, since there is no stage. */
  | { readonly type: "not-staged"; readonly because: Problem }
  | { readonly type: "proof-started"; readonly step: StepName }
  | {
      readonly type: "proof-done";
      readonly step: StepName;
      readonly ms: number;
      readonly passed: boolean;
      readonly skipped?: string;
    }
  | { readonly type: "rollback-started"; readonly because: readonly Problem[] }
  /** A run that was cut off, or that the user asked to take back. */
  | { readonly type: "taking-back"; readonly run: RecordedRun }
  | { readonly type: "change-undone"; readonly change: Change; readonly ms: number }
  | { readonly type: "undo-failed"; readonly change: Change; readonly problem: Problem };

export type ProgressListener = (event: ProgressEvent) => void;
