import type { AbsolutePath } from "../../host/path.js";
import type { Host } from "../../host/host.js";
import type { ProblemCode } from "../../problem/codes.js";
import { asWarning, isError, Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import type { PinSource, Profile } from "../../profile/types.js";
import type { RefusedPins } from "../../pkcs11/refused-pins/refused-pins.js";
import type { CheckResult, TokenReport } from "../../pkcs11/report.js";
import { type Evidence, probeEvidence } from "./probe-evidence.js";
import { missingKeys } from "./missing-keys.js";
import { ServiceTests } from "./service-tests.js";
import { loginAs } from "./user-login.js";
import { type Change, changesContent } from "../../workflow/change.js";
import type { Proof, Step, StepInput, StepPlan } from "../../workflow/step.js";

export interface SmokeTestOptions {
  /** dist/pkcs11-worker.cjs */
  readonly worker: AbsolutePath;
  /** By source. Users without one are tested as far as is possible without a login. */
  readonly pins: ReadonlyMap<PinSource, Secret>;
  /** For one token. */
  readonly timeoutMs: number;
  readonly refusedPins: RefusedPins;
  /**
   * Whether the application's other key stores are proven too. `changed`: what fails is an error only if the
   * plan changes key stores, since the run is not to be blamed for others. Absent: they are left out.
   */
  readonly stores?: "all" | "changed";
}

const tokensAtOnce = 2;
const noUsers = { reason: "no-users", text: "the profile has no users of the kNET module" } as const;

/**
 * Proves the result: every user's token, through the module, as the service user, then what the profile's
 * other key stores lead to. It plans no changes.
 */
export function smokeTestStep(options: SmokeTestOptions): Step {
  return {
    id: "smoke-test",
    title: "PKCS #11 smoke test",
    plan: async (input, planned) => ({
      changes: [],
      problems: await walls(input, planned),
      notes: [],
      ...proofOf(options, input, planned),
    }),
  };
}

async function walls(
  { profile, host, unit }: StepInput,
  planned: readonly Change[],
): Promise<readonly Problem[]> {
  const loaded = await unit?.();
  if (loaded === undefined) return [];
  const { wallProblems } = await import("./unit-walls.js");
  return wallProblems(profile, loaded, host, planned);
}

function proofOf(
  options: SmokeTestOptions,
  { profile, host, unit }: StepInput,
  planned: readonly Change[],
): Pick<StepPlan, "prove" | "confirm" | "unrehearsed" | "unproven"> {
  const { root } = host;
  const stores = options.stores === undefined ? 0 : (profile.keyStores?.size ?? 0);
  if (profile.users.size + stores === 0) return { unproven: noUsers };
  if (root !== "/")
    return {
      unproven: {
        reason: "root",
        text: `--root ${root}: the module is loaded by processes of the running system only`,
      },
    };
  const changesStores = planned.some((change) => change.step === "key-stores" && changesContent(change));
  const blamed = options.stores === "all" || changesStores;
  return {
    prove: (signal, where) => prove(options, { profile, host, where, blamed, unit }, signal),
    ...(profile.users.size > 0 && {
      confirm: (signal, begin) => confirm(options, { profile, host, unit }, signal, begin),
      unrehearsed: async () => {
        const { leftToUnit } = await import("../../pkcs11/unit/unit-to-test-in.js");
        return leftToUnit(host, await unit?.());
      },
    }),
  };
}

interface ProofInput {
  readonly profile: Profile;
  /** Whose service manager has the unit. */
  readonly host: Host;
  /** Where the changes have been made: the host, or a stage of it. */
  readonly where: Host;
  /** Whether a key store that fails makes the proof fail. */
  readonly blamed: boolean;
  readonly unit: StepInput["unit"];
}

async function prove(
  options: SmokeTestOptions,
  { profile, host, where, blamed, unit }: ProofInput,
  signal: AbortSignal,
): Promise<Proof> {
  const { service, proof } = profile;
  const tests = await ServiceTests.of(options, {
    service,
    host,
    where,
    unit,
    signal,
    ...(proof && { proof }),
  });
  const users = await inTurn([...profile.users.values()], tokensAtOnce, (user) =>
    tests.test(loginAs(user, profile), user.pin && options.pins.get(user.pin)),
  );
  const evidence = await probeEvidence(users, profile, signal);
  const problems = problemsOf(tests, users, evidence);
  const hasStores = (profile.keyStores?.size ?? 0) > 0;
  if (problems.some(isError)) return { smoke: { tokens: users }, problems };
  if (options.stores === undefined || !hasStores)
    return { smoke: { tokens: users }, problems: [...problems, ...missingKeys(users, profile, hasStores)] };
  const { proveStores } = await import("./other-stores/prove-stores.js");
  const proven = await proveStores({
    profile,
    ...(unit && { unit }),
    users,
    pins: options.pins,
    test: tests.test,
    signal,
  });
  const tokens = [...users, ...proven.tokens];
  return {
    smoke: {
      tokens,
      ...(tokens.length === 0 && { skipped: [noUsers] }),
      stores: proven.stores,
    },
    problems: [
      ...problems,
      ...(blamed ? proven.problems : proven.problems.map(asWarning)),
      ...missingKeys(tokens, profile),
    ],
  };
}

/**
 * After the changes, which were proven in a stage: what the unit does to the service's processes could not be
 * had there. Nothing is logged in.
 */
async function confirm(
  options: SmokeTestOptions,
  { profile, host, unit }: Pick<ProofInput, "profile" | "host" | "unit">,
  signal: AbortSignal,
  begin: () => void,
): Promise<Proof> {
  const { service } = profile;
  const { leftToUnit } = await import("../../pkcs11/unit/unit-to-test-in.js");
  if (leftToUnit(host, await unit?.()).length === 0) return { problems: [] };
  const tests = await ServiceTests.of(options, { service, host, where: host, unit, signal });
  if (!tests.areInUnit) return { problems: tests.problems };
  begin();
  const users = await inTurn([...profile.users.values()], tokensAtOnce, (user) =>
    tests.test(loginAs(user, profile), undefined),
  );
  return { problems: problemsOf(tests, users) };
}

/** A property of the unit that is in the way says more than the checks that fail because of it. */
function problemsOf(
  { problems }: ServiceTests,
  users: readonly TokenReport[],
  evidence?: ReadonlyMap<string, Evidence>,
): readonly Problem[] {
  return problems.some(isError) ? problems : [...smokeProblems(users, evidence), ...problems];
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
    ? `this PIN was not sent to token ${token} again`
    : `the smoke test of token ${token} failed at ${id}${ckr === undefined ? "" : ` with ${ckr}`}`;
}
