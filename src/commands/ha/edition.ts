import type { Host } from "../../host/host.js";
import type { Problem } from "../../problem/problem.js";
import type { Endpoint } from "../../profile/types.js";
import type { Step, StepInput } from "../../workflow/step.js";

/** An edit of one connection, ready to be planned. */
export interface Edition {
  /** Endpoints of the connection that it did not have. */
  readonly added: readonly Endpoint[];
  readonly steps: readonly Step[];
  readonly input: StepInput & { readonly host: Host };
  /** Shown already; for the document. */
  readonly warnings: readonly Problem[];
}
