import { joined } from "../../host/path.js";
import type { Secret } from "../../problem/secret.js";
import type { PinSource, Profile } from "../../profile/types.js";
import { membersStep } from "../../steps/client-config/members-step.js";
import { smokeTestStep } from "../../steps/smoke-test/step.js";
import type { Step } from "../../workflow/step.js";
import type { CommandContext } from "../command.js";
import type { EditArguments } from "./edit-arguments.js";

/**
 * The smoke test and the proof of new members, of these users alone: those whose connection is edited.
 * Without their PINs, as far as that goes without a login.
 */
export function proofSteps(
  users: Profile["users"],
  pins: ReadonlyMap<PinSource, Secret>,
  { timeout, prove, dryRun }: EditArguments,
  { programFolder }: CommandContext,
): readonly Step[] {
  const options = { worker: joined(programFolder, "pkcs11-worker.cjs"), timeoutMs: timeout * 1000, pins };
  const steps = [smokeTestStep(options), ...(prove && !dryRun ? [membersStep(options)] : [])];
  return steps.map((step) => ({
    ...step,
    plan: ({ profile, host }, planned) => step.plan({ profile: { ...profile, users }, host }, planned),
  }));
}
