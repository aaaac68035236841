import type { Host } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import { serviceShoes, variablesOf } from "../../members/service-shoes.js";
import type { RefusedPins } from "../../pkcs11/refused-pins/refused-pins.js";
import { defaultTimeoutMs, smokeTest } from "../../pkcs11/test-token.js";
import { throwIfErrors } from "../../problem/problem.js";
import { Secret } from "../../problem/secret.js";
import { serviceVariables } from "../../profile/service-variables.js";
import type { Profile, ProfileConsumer } from "../../profile/types.js";
import { smokeProblems } from "../../steps/smoke-test/step.js";
import { clientModule } from "../../vendor/client.js";
import type { StepInput } from "../../workflow/step.js";

export interface LoginFirst extends Pick<StepInput, "unit"> {
  readonly profile: Pick<Profile, "service">;
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly refusedPins: RefusedPins;
  readonly worker: AbsolutePath;
}

/**
 * Logs in with the PIN that the consumer's client will send, as the smoke test does: a client would send one
 * that the token refuses each time it is asked to, and nobody would remember that. Throws the smoke test's
 * problems. Does nothing for a consumer without a PIN file.
 */
export async function loginFirst(
  { token, pinFile }: ProfileConsumer,
  { profile: { service }, host, unit, signal, refusedPins, worker }: LoginFirst,
): Promise<void> {
  const uid = host.accounts.user(service.user)?.uid;
  const pin = pinFile && host.files(...(uid === undefined ? [] : [uid])).read(pinFile);
  if (pin === undefined) return;
  const loaded = await unit?.();
  const report = await smokeTest({
    module: clientModule,
    token: { label: token },
    pin: new Secret(pin.toString("utf8")),
    proof: { atLeast: "logged-in", tokenObjects: "never", existingKeys: "list" },
    refusedPins,
    ...(await serviceShoes(host, service, loaded)),
    environment: serviceVariables(service, loaded),
    variables: variablesOf(service, loaded),
    enter: host.enter,
    timeoutMs: defaultTimeoutMs,
    workerPath: worker,
    signal,
  });
  throwIfErrors(smokeProblems([report]));
}
