import { callers } from "../../host/given-file.js";
import type { Problem } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import type { Profile } from "../../profile/types.js";
import { allSteps } from "../../steps/index.js";
import type { Step } from "../../workflow/step.js";
import { type CommandContext, pkcs11Worker } from "../command.js";
import { readSecrets } from "../secrets/read-secrets.js";
import { type LoginArguments, refusedPinsOf, throwIfRefusedBefore } from "../secrets/refused-pins.js";

interface StepArguments extends LoginArguments {
  /** False: new members of HA vectors are not proven one by one. */
  readonly prove: boolean;
  /** Seconds for each smoke test. */
  readonly timeout: number;
}

/** What the steps are for. */
interface Wanted {
  readonly profile: Profile;
  /** Whether tokens are logged in to. */
  readonly proves: boolean;
  readonly restart: boolean;
}

/**
 * The steps of a run that makes or rehearses a profile's changes, with the secrets that they write and log in
 * with, and the warnings about these. Throws Problems for a secret that cannot be read, and
 * `pin-refused-before`.
 */
export async function runSteps(
  { profile, proves, restart }: Wanted,
  args: StepArguments,
  context: CommandContext,
): Promise<{ readonly steps: readonly Step[]; readonly problems: readonly Problem[] }> {
  const { secrets, problems } = await readSecrets(
    secretUses(profile).filter(({ purpose }) => proves || purpose === "settings"),
    context,
    args,
  );
  const refusedPins = refusedPinsOf(args, context);
  if (proves) await throwIfRefusedBefore(profile, secrets, refusedPins);
  const smokeTest = {
    worker: pkcs11Worker(context),
    timeoutMs: args.timeout * 1000,
    refusedPins,
    stores: "changed",
  } as const;
  const steps = allSteps({
    smokeTest,
    secrets,
    callers: callers(context.environment),
    restart,
    members: args.prove ? "proven" : "left-out",
  });
  return { steps, problems };
}
