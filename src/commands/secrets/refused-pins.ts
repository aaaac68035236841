import { machineState, type OwnState, userState } from "../../host/state-folder.js";
import { type RefusedPins, refusedPins } from "../../pkcs11/refused-pins/refused-pins.js";
import { throwIfErrors } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import type { PinSource, Profile } from "../../profile/types.js";
import { smokeProblems } from "../../steps/smoke-test/step.js";
import { loginAs } from "../../steps/smoke-test/user-login.js";
import type { CommandContext } from "../command.js";

/** What every verb that logs in takes (`loginOptions`). */
export interface LoginArguments {
  /** A PIN that looks as if there were more than the PIN is refused. */
  readonly strict?: boolean | undefined;
  /** A PIN that the token refused before is tried again. */
  readonly retryPin?: boolean | undefined;
}

/**
 * The PINs that tokens refused, as this machine remembers them, also when another root is provisioned; for a
 * caller who is not root, as that user does.
 */
export function refusedPinsOf({ retryPin = false }: LoginArguments, context: CommandContext): RefusedPins {
  return refusedPins(() => ownState(context), { retry: retryPin });
}

function ownState({ isRoot, environment }: CommandContext): OwnState | undefined {
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()];
  if (isRoot || uid === undefined || gid === undefined) return machineState();
  return userState(environment, { uid, gid });
}

/**
 * Throws `pin-refused-before` for each user whose token has refused the PIN before: their proof would fail,
 * so that nothing need be changed and taken back first.
 */
export async function throwIfRefusedBefore(
  profile: Pick<Profile, "users" | "connections">,
  pins: ReadonlyMap<PinSource, Secret>,
  known: RefusedPins,
): Promise<void> {
  const { refusedBefore } = await import("../../pkcs11/refused-pins/login-gate.js");
  const reports = [];
  for (const user of profile.users.values()) {
    const pin = user.pin && pins.get(user.pin);
    reports.push(await refusedBefore({ ...loginAs(user, profile), pin, refusedPins: known }));
  }
  throwIfErrors(smokeProblems(reports.filter((report) => report !== undefined)));
}
