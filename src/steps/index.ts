import type { Step } from "../workflow/step.js";
import { accountStep } from "./account/step.js";
import { membersStep } from "./members/step.js";
import { consumersStep } from "./consumers/step.js";
import { clientConfigStep } from "./client-config/step.js";
import type { Secrets } from "./key-stores/stores-edit.js";
import { keyStoresStep } from "./key-stores/step.js";
import { moduleStep } from "./module/step.js";
import { ownershipStep } from "./ownership/step.js";
import { serviceStep, type ServiceOptions } from "./service/step.js";
import { smokeTestStep, type SmokeTestOptions } from "./smoke-test/step.js";

export interface StepOptions extends ServiceOptions {
  readonly smokeTest: Omit<SmokeTestOptions, "pins">;
  /** By source: the secrets that are written into the settings, and that the smoke test logs in with. */
  readonly secrets: Secrets;
  /** Ids of users whose archives are run although they are not pinned. */
  readonly callers: ReadonlySet<number>;
  /** False: the install.sh of an archive that is not pinned is not even run in a stage. */
  readonly stagesUnpinned?: boolean;
  /**
   * Whether new members of HA vectors are proven one by one too, or it is only said that they are not. For a
   * host that can be written to.
   */
  readonly members?: "proven" | "left-out";
}

/**
 * Every step, in the order in which they are planned, made and proven. Ownership comes before the client
 * configuration: folders belong to root before root writes into them. The service comes last: after
 * everything that it reads, and after the proofs of that.
 */
export function allSteps({
  smokeTest,
  secrets,
  callers,
  stagesUnpinned = true,
  restart,
  beforeStart = false,
  members,
}: StepOptions): readonly Step[] {
  const proof = { ...smokeTest, pins: secrets };
  // the consumers' clients log in as well, and only after the smoke test has shown that the PIN is right
  const proofs = [
    smokeTestStep(proof),
    consumersStep(secrets),
    ...(members === undefined ? [] : [membersStep(proof, members)]),
  ];
  return [
    accountStep,
    moduleStep({ callers, stagesUnpinned }),
    ownershipStep,
    clientConfigStep,
    keyStoresStep(secrets),
    ...proofs,
    serviceStep({ restart, settles: true, beforeStart }),
  ];
}
