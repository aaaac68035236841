import type { Step } from "../workflow/step.js";
import { accountStep } from "./account/step.js";
import { clientConfigStep } from "./client-config/step.js";
import { moduleStep } from "./module/step.js";
import { ownershipStep } from "./ownership/step.js";
import { smokeTestStep, type SmokeTestOptions } from "./smoke-test/step.js";

/**
 * Every step, in the order in which they are planned, made and proven. Ownership comes before the client configuration:
 * folders are root's before root writes into them.
 */
export function allSteps(smokeTest: SmokeTestOptions): readonly Step[] {
  return [accountStep, moduleStep, ownershipStep, clientConfigStep, smokeTestStep(smokeTest)];
}
