import type { Host } from "../../host/host.js";
import type { Problem } from "../../problem/problem.js";
import type { Endpoint } from "../../profile/types.js";
import type { Step, StepInput } from "../../workflow/step.js";

/** What is asked of a connection's endpoints before they are written. */
export interface VectorEdition {
  /**
   * Those that the edit vouches for: new ones, and one that is put in front of those that stood before it.
   */
  readonly vouched: readonly Endpoint[];
  /** All others that the connection is to have. Empty where nothing changes. */
  readonly others: readonly Endpoint[];
}

/** An edit of one connection, ready to be planned. */
export interface Edition {
  /** The connection's endpoints as they are and as they are to be. */
  readonly vector: VectorEdition;
  readonly steps: readonly Step[];
  readonly input: StepInput & { readonly host: Host };
  /** Shown already; for the document. */
  readonly warnings: readonly Problem[];
}
