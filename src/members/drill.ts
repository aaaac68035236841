import { setTimeout as delay } from "node:timers/promises";
import { testToken, type TokenTest } from "../pkcs11/test-token.js";
import type { Secret } from "../problem/secret.js";
import { endpointText } from "../formats/text/endpoint-text.js";
import type { Endpoint } from "../profile/types.js";
import { type StandIn, standInKinds, startStandIn } from "../simulator/stand-ins.js";
import { type DeadMembers, drillVerdict, type DrillVerdict } from "./drill-verdict.js";
import { failureText, firstFailure, spendsLogin } from "../pkcs11/report.js";
import type { PrivateClient } from "./private-client.js";
import { type Scenario, type ScenarioResult, scenarios } from "./scenarios.js";

export interface DrillRequest {
  readonly client: PrivateClient;
  /** In order of preference. */
  readonly endpoints: readonly Endpoint[];
  readonly user: string;
  readonly pin: Secret;
  /** Members that are known to be dead. */
  readonly dead?: DeadMembers;
  /** For one scenario. If left out, it depends on the length of the vector. */
  readonly timeoutMs?: number | undefined;
  /**
   * Given if the members are simulated, and so can be killed: the first one is killed between two signatures,
   * and started again.
   */
  readonly killFirst?: { kill(): Promise<void>; revive(): Promise<void> };
  readonly progress?: (event: DrillEvent) => void;
}

export interface DrillEvent {
  readonly type: "scenario-started" | "scenario-done";
  readonly title: string;
  readonly through?: boolean;
  readonly ms?: number;
}

export interface DrillResult {
  readonly results: readonly ScenarioResult[];
  readonly verdict: DrillVerdict;
}

/**
 * Measures failover: signs twice through each scenario's vector, each time in a fresh process with one login.
 * Stops after the vector as it is if that does not work, and after any login that did not succeed, so that a
 * wrong PIN is sent only once. All stand-ins are started before the first login: if one cannot be, no
 * measurements are lost.
 */
export async function drill(request: DrillRequest): Promise<DrillResult> {
  const { endpoints, killFirst, dead, progress = () => undefined } = request;
  const planned = scenarios(endpoints.length, killFirst !== undefined && endpoints.length > 1);
  return withStandIns(planned, async (standIns) => {
    const results: ScenarioResult[] = [];
    for (const scenario of planned) {
      progress({ type: "scenario-started", title: scenario.title });
      const started = performance.now();
      const result = await sign(request, scenario, standInsOf(scenario, standIns));
      results.push(result);
      progress({
        type: "scenario-done",
        title: scenario.title,
        through: result.through,
        ms: Math.round(performance.now() - started),
      });
      if (!result.through && (scenario.id === "as-it-is" || result.loginRefused === true)) break;
    }
    return { results, verdict: drillVerdict(results, dead) };
  });
}

/** As many of each kind as any one scenario needs; they are reused. */
async function withStandIns<T>(
  planned: readonly Scenario[],
  use: (standIns: readonly StandIn[]) => Promise<T>,
): Promise<T> {
  const standIns: StandIn[] = [];
  try {
    for (const kind of standInKinds) {
      const most = Math.max(...planned.map(({ dead }) => dead.filter((one) => one === kind).length));
      for (let count = 0; count < most; count++) standIns.push(await startStandIn(kind));
    }
    return await use(standIns);
  } finally {
    for (const standIn of standIns) await standIn.close();
  }
}

function standInsOf({ dead }: Scenario, standIns: readonly StandIn[]): readonly StandIn[] {
  const left = [...standIns];
  return dead.flatMap((kind) =>
    left.splice(
      left.findIndex((one) => one.kind === kind),
      1,
    ),
  );
}

/**
 * Time for the member that answers, and for each other one: a dead member costs the client its time-out, at
 * most twice.
 */
const [firstMs, otherMs] = [60_000, 30_000];

/** The time-out for a vector with this many members. */
export function scenarioTimeout(members: number): number {
  return firstMs + otherMs * Math.max(0, members - 1);
}

async function sign(
  { client, endpoints, user, pin, killFirst, timeoutMs }: DrillRequest,
  scenario: Scenario,
  dead: readonly StandIn[],
): Promise<ScenarioResult> {
  const real = scenario.members === "all" ? endpoints : endpoints.slice(-1);
  const vector = [...dead.map(({ endpoint }) => endpoint), ...real];
  const kill = scenario.kills ? killFirst : undefined;
  const how = {
    ...client.how,
    timeoutMs: timeoutMs ?? scenarioTimeout(vector.length),
    endpoints: real.map(endpointText),
  };
  try {
    const test = await client.withEndpoints(vector, (who) =>
      testToken(
        kill ? "timed-paused" : "timed",
        { ...how, ...who, token: { label: user }, pin },
        kill && (() => killed(kill)),
      ),
    );
    return { scenario, endpoints: vector, ...measured(test) };
  } finally {
    await kill?.revive();
  }
}

/**
 * Gives the client time to notice that its connections are gone: a machine that loses power is also gone some
 * time before anyone signs.
 */
const settleMs = 50;

async function killed(first: { kill(): Promise<void> }): Promise<void> {
  await first.kill();
  await delay(settleMs);
}

function measured({ report, signatures }: TokenTest): Omit<ScenarioResult, "scenario" | "endpoints"> {
  const [first, second] = signatures;
  const failure = firstFailure(report);
  const times = { ...(first && { firstMs: first.sinceStartMs }), ...(second && { secondMs: second.ms }) };
  if (first !== undefined && second !== undefined && failure === undefined)
    return { through: true, ...times };
  const why = failure ?? report.checks.find(({ id }) => id === "first-signature");
  return {
    through: false,
    ...times,
    reason: why === undefined ? "nothing was signed" : failureText(why),
    ...(why?.hint !== undefined && { hint: why.hint }),
    ...(why?.unavailable === true && { unavailable: true }),
    ...(why !== undefined && spendsLogin(why) && { loginRefused: true }),
  };
}
