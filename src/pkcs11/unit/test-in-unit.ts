import type { PropertyGroup } from "../../host/unit/transient-properties.js";
import { Problem } from "../../problem/problem.js";
import { propertiesInTheWay } from "./properties-in-the-way.js";
import type { TokenReport } from "../report.js";
import { type ServiceUnit, surroundingsIn, workerUnit } from "./service-unit.js";
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
  const { addresses, pin, ...rest } = request;
  const { timeoutMs = defaultTimeoutMs } = rest;
  const attempt: Try = (without, logsIn = false) =>
    outcomeOf(
      smokeTest({
        ...rest,
        ...(logsIn ? { pin } : { pin: undefined, timeoutMs: Math.min(timeoutMs, searchMs) }),
        surroundings: surroundingsIn(unit, addresses),
        unit: workerUnit(unit, without),
      }),
    );
  const first = await attempt([], true);
  if (!hasEndedNode(first)) return judged(unit, first, [], attempt);
  for (const group of unit.properties.groups) {
    if (hasEndedNode(await attempt([group]))) continue;
    return judged(unit, await attempt([group], true), [group], attempt);
  }
  return {
    report: undefined,
    problems: [notTried(unit.settings.unit, "problem" in first ? first.problem : undefined)],
  };
}

async function judged(
  unit: ServiceUnit,
  outcome: Outcome,
  endsNode: readonly PropertyGroup[],
  attempt: Try,
): Promise<UnitTest> {
  const report = "report" in outcome ? outcome.report : undefined;
  const names = [...unit.properties.leftOut, ...endsNode.map(({ name }) => name)];
  const notes = names.length === 0 ? [] : [leftOutOf(unit.settings.unit, names)];
  const failure = failureOf(outcome);
  if (failure === undefined || !isBeforeLogin(failure)) return { report, problems: notes };
  const groups = unit.properties.groups.filter(
    (group) => !endsNode.includes(group) && (group.network || !isOfNetwork(failure)),
  );
  const found = await propertiesInTheWay(groups, async (without) => {
    const still = failureOf(await attempt([...endsNode, ...without]));
    return still === undefined || !isBeforeLogin(still);
  });
  if (found === undefined)
    return { report, problems: [...("problem" in outcome ? [outcome.problem] : []), ...notes] };
  return { report, problems: [unitInTheWay(unit.host, unit.settings, found, failure), ...notes] };
}

async function outcomeOf(test: Promise<TokenReport>): Promise<Outcome> {
  try {
    return { report: await test };
  } catch (error) {
    if (error instanceof Problem && ofUnit.has(error.code)) return { problem: error };
    throw error;
  }
}

const ofUnit: ReadonlySet<string> = new Set(["smoke-worker-failed", "smoke-unit-refused"]);

/** Its process was there, and Node did not come as far as to begin. */
function hasEndedNode(outcome: Outcome): boolean {
  return "problem" in outcome && outcome.problem.code === "smoke-worker-failed";
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
