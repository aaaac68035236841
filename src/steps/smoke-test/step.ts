import type { AbsolutePath } from "../../host/path.js";
import type { Host } from "../../host/host.js";
import type { ProblemCode } from "../../problem/codes.js";
import { Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import { serviceIdentity } from "../../profile/service-identity.js";
import type { PinSource, Profile, User } from "../../profile/types.js";
import type { RefusedPins } from "../../pkcs11/refused-pins/refused-pins.js";
import type { CheckResult, TokenReport } from "../../pkcs11/report.js";
import { type Evidence, probeEvidence } from "./probe-evidence.js";
import { loginAs } from "./user-login.js";
import type { Proof, Step, StepInput, StepPlan } from "../../workflow/step.js";

export interface SmokeTestOptions {
  /** dist/pkcs11-worker.cjs */
  readonly worker: AbsolutePath;
  /** By source. Users without one are tested as far as is possible without a login. */
  readonly pins: ReadonlyMap<PinSource, Secret>;
  /** For one token. */
  readonly timeoutMs: number;
  readonly refusedPins: RefusedPins;
}

const tokensAtOnce = 2;

/** Proves the result: every user's token, through the module, as the service user. It plans no changes. */
export function smokeTestStep(options: SmokeTestOptions): Step {
  return {
    id: "smoke-test",
    title: "PKCS #11 smoke test",
    plan: (input) => Promise.resolve({ changes: [], problems: [], notes: [], ...proofOf(options, input) }),
  };
}

function proofOf(
  options: SmokeTestOptions,
  { profile, host: { root } }: StepInput,
): Pick<StepPlan, "prove" | "unproven"> {
  if (profile.users.size === 0) return { unproven: "the profile has no users of the kNET module" };
  if (root !== "/")
    return { unproven: `--root ${root}: the module is loaded by processes of the running system only` };
  return { prove: (signal, host) => prove(options, profile, host, signal) };
}

async function prove(
  options: SmokeTestOptions,
  profile: Profile,
  host: Host,
  signal: AbortSignal,
): Promise<Proof> {
  const identity = serviceIdentity(host, profile.service);
  const { smokeTest } = await import("../../pkcs11/test-token.js");
  const test = (user: User): Promise<TokenReport> => {
    const pin = user.pin && options.pins.get(user.pin);
    return smokeTest({
      ...loginAs(user, profile),
      pin,
      refusedPins: options.refusedPins,
      identity,
      timeoutMs: options.timeoutMs,
      workerPath: options.worker,
      enter: host.enter,
      signal,
    });
  };
  const tokens = await inTurn([...profile.users.values()], tokensAtOnce, test);
  const evidence = await probeEvidence(tokens, profile, signal);
  return { smoke: { tokens }, problems: smokeProblems(tokens, evidence) };
}

/** Results in the order of the items; at most `atOnce` run at the same time. */
async function inTurn<T, R>(items: readonly T[], atOnce: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    results.push(...(await Promise.all(items.slice(start, start + atOnce).map(run))));
  }
  return results;
}

/**
 * One problem for each failed check of a token; checks after a failed one were not run. `evidence`: what a
 * probe adds, by the token's label.
 */
export function smokeProblems(
  tokens: readonly TokenReport[],
  evidence: ReadonlyMap<string, Evidence> = new Map(),
): Problem[] {
  return tokens.flatMap(({ label, checks }) =>
    checks
      .filter(({ status }) => status === "fail")
      .map((check, index) => smokeProblem(label, check, index === 0 ? evidence.get(label) : undefined)),
  );
}

function smokeProblem(label: string, check: CheckResult, probe: Evidence | undefined): Problem {
  const detail = [check.detail, probe?.detail].filter((part) => part !== undefined).join("\n");
  const hint = probe?.hint ?? check.hint;
  return new Problem(codeOf(check), titleOf(check, JSON.stringify(label)), {
    ...(detail !== "" && { detail }),
    ...(hint !== undefined && { hint }),
  });
}

function codeOf({ id, unavailable }: CheckResult): ProblemCode {
  if (id === "refused-pin") return "pin-refused-before";
  return unavailable === true ? "smoke-token-unreachable" : "smoke-test-failed";
}

function titleOf({ id, ckr }: CheckResult, token: string): string {
  return id === "refused-pin"
    ? `token ${token} has refused this PIN before`
    : `the smoke test of token ${token} failed at ${id}${ckr === undefined ? "" : ` with ${ckr}`}`;
}
