import type { Deadline } from "./deadline.js";
import type { Finding, Stage } from "./finding.js";

/** One endpoint's time. */
export interface Time {
  readonly deadline: Deadline;
  /** Of the whole probe, for saying so. */
  readonly timeoutMs: number;
}

export function timedOut(stage: Stage, { timeoutMs: ms }: Pick<Time, "timeoutMs">): Finding {
  return { kind: "timed-out", stage, ms };
}
