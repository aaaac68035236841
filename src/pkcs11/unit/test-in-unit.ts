import type { PropertyGroup } from "../../host/unit/transient-properties.js";
import { Problem } from "../../problem/problem.js";
import { propertiesInTheWay } from "./properties-in-the-way.js";
import type { TokenReport } from "../report.js";
import { accountWithout, type ServiceUnit, surroundingsIn, workerUnit } from "./service-unit.js";
import type { Identity } from "../protocol.js";
import type { Address } from "../process/surroundings.js";
import { defaultTimeoutMs, smokeTest, type SmokeRequest } from "../test-token.js";
import { type Failure, leftOutOf, notTried, unitInTheWay } from "./unit-problems.js";

/** A token, and how its module reaches the HSM. */
export interface UnitTestRequest
  extends
    Omit<SmokeRequest, "identity" | "enter" | "surroundings" | "unit" | "refusedPins">,
    Required<Pick<SmokeRequest, "refusedPins">> {
  readonly addresses: readonly Address[];
}

export interface UnitTest {
  /** Undefined: there was no process to test in. */
  readonly report: TokenReport | undefined;
  /** Which properties of the unit are the reason if it failed; what it was not tested with. */
  readonly problems: readonly Problem[];
}

/** How a test in a unit went: with a report, or the problem that kept it from being made. */
type Outcome = { readonly report: TokenReport } | { readonly problem: Problem };
type Try = (without: readonly PropertyGroup[], logsIn?: boolean) => Promise<Outcome>;

/** The longest that one test may take in the search for what is in the way. */
const searchMs = 10_000;

/**
 * The smoke test in a process that the service manager starts as it would start the service, with at most one
 * login. If it fails before the login, which property is in the way is found by asking again without one at a
 * time, and without a login. Throws what has nothing to do with the unit (`interrupted`).
 */
export async function testInUnit(unit: ServiceUnit, request: UnitTestRequest): Promise<UnitTest> {
  const { addresses, ...rest } = request;
  const { groups, leftOut } = unit.properties;
  const attempt: Try = (without, logsIn = false) =>
    outcomeOf({
      ...inTurn(rest, logsIn),
      surroundings: surroundingsIn(unit, addresses, without),
      unit: workerUnit(unit, without),
    });
  const first = await attempt([], true);
  const test = await tested({ ...unit, groups, leftOut, attempt }, first);
  return (
    test ?? {
      report: undefined,
      problems: [notTried(unit.settings.unit, "problem" in first ? first.problem : undefined)],
    }
  );
}

/** How a process of the service's account is started, and with which of the unit's properties. */
export interface AccountTestRequest extends UnitTestRequest, Required<Pick<SmokeRequest, "surroundings">> {
  readonly identity: Identity;
  readonly enter: NonNullable<SmokeRequest["enter"]>;
}

/**
 * The same in a process of the account, with what such a process can have of the unit. Where the HSM cannot
 * be reached at all, the unit is not the reason. Throws what kept the test from being made.
 */
export async function testAsAccount(unit: ServiceUnit, request: AccountTestRequest): Promise<UnitTest> {
  const groups = unit.properties.groups.filter(({ byManager }) => !byManager);
  const attempt = async (without: readonly PropertyGroup[], logsIn = false): Promise<Outcome> => {
    const { addresses, ...rest } = accountWithout(request, without);
    // the module says itself why it cannot reach it
    const reach = logsIn ? [] : addresses;
    return outcomeOf({
      ...inTurn(rest, logsIn),
      surroundings: { ...rest.surroundings, addresses: reach },
    });
  };
  const first = await attempt([], true);
  if (failureOf(first)?.id !== "start" && (await isUnreachable(first, attempt)))
    return { report: "report" in first ? first.report : undefined, problems: [] };
  const test = await tested({ ...unit, groups, leftOut: [], attempt }, first);
  if (test !== undefined) return test;
  throw "problem" in first ? first.problem : new Error("a report is not a problem");
}

async function isUnreachable(first: Outcome, attempt: Try): Promise<boolean> {
  const failure = failureOf(first);
  if (failure === undefined || !isBeforeLogin(failure)) return false;
  const again = failureOf(await attempt([]));
  return again !== undefined && isOfNetwork(again);
}

function inTurn(request: Omit<UnitTestRequest, "addresses">, logsIn: boolean): Omit<SmokeRequest, "unit"> {
  const { pin, timeoutMs = defaultTimeoutMs } = request;
  return logsIn
    ? { ...request, pin }
    : { ...request, pin: undefined, timeoutMs: Math.min(timeoutMs, searchMs) };
}

/** Where a test is made, and what of the unit it is made with. */
interface Place extends Pick<ServiceUnit, "host" | "settings"> {
  readonly groups: readonly PropertyGroup[];
  readonly leftOut: readonly string[];
  readonly attempt: Try;
}

/** Undefined: Node never began, whatever was left out. */
async function tested(place: Place, first: Outcome): Promise<UnitTest | undefined> {
  const { groups, attempt } = place;
  if (!hasEndedNode(first)) return judged(place, first, []);
  for (const group of groups) {
    if (hasEndedNode(await attempt([group]))) continue;
    return judged(place, await attempt([group], true), [group]);
  }
  return undefined;
}

async function judged(
  { host, settings, groups: all, leftOut, attempt }: Place,
  outcome: Outcome,
  endsNode: readonly PropertyGroup[],
): Promise<UnitTest> {
  const report = "report" in outcome ? outcome.report : undefined;
  const names = [...leftOut, ...endsNode.map(({ name }) => name)];
  const notes = names.length === 0 ? [] : [leftOutOf(settings.unit, names)];
  const failure = failureOf(outcome);
  if (failure === undefined || !isBeforeLogin(failure)) return { report, problems: notes };
  const groups = all.filter((group) => !endsNode.includes(group) && (group.network || !isOfNetwork(failure)));
  const found = await propertiesInTheWay(groups, async (without) => {
    const still = failureOf(await attempt([...endsNode, ...without]));
    return still === undefined || !isBeforeLogin(still);
  });
  if (found === undefined)
    return { report, problems: [...("problem" in outcome ? [outcome.problem] : []), ...notes] };
  return { report, problems: [unitInTheWay(host, settings, found, failure), ...notes] };
}

async function outcomeOf(request: SmokeRequest): Promise<Outcome> {
  try {
    return { report: await smokeTest(request) };
  } catch (error) {
    if (error instanceof Problem && ofUnit.has(error.code)) return { problem: error };
    throw error;
  }
}

const ofUnit: ReadonlySet<string> = new Set(["smoke-worker-failed", "smoke-timeout", "smoke-unit-refused"]);

/** Its process was there, and Node did not come as far as to begin. */
function hasEndedNode(outcome: Outcome): boolean {
  return "problem" in outcome && /^smoke-(?:worker-failed|timeout)$/.test(outcome.problem.code);
}

function failureOf(outcome: Outcome): Failure | undefined {
  if ("report" in outcome) return outcome.report.checks.find(({ status }) => status === "fail");
  const { message, detail } = outcome.problem;
  return { id: "start", detail: detail === undefined ? message : `${message}; ${detail}` };
}

const untilLogin: ReadonlySet<string> = new Set([
  "start",
  "reach",
  "load",
  "initialize",
  "info",
  "slots",
  "token",
  "token-flags",
  "mechanisms",
  "session",
]);

function isBeforeLogin({ id }: Failure): boolean {
  return untilLogin.has(id);
}

function isOfNetwork({ id }: Failure): boolean {
  return id === "reach";
}
