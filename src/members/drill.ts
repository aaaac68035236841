import { setTimeout as delay } from "node:timers/promises";
import { testToken, type TokenTest } from "../pkcs11/test-token.js";
import type { Secret } from "../problem/secret.js";
import type { Endpoint } from "../profile/types.js";
import { startStandIn, type StandIn } from "../simulator/stand-ins.js";
import { drillVerdict, type DrillVerdict } from "./drill-verdict.js";
import { spendsLogin } from "./login-spent.js";
import type { PrivateClient } from "./private-client.js";
import { scenarios, type Scenario } from "./scenarios.js";

export interface DrillRequest {
  readonly client: PrivateClient;
  /** In order of preference. */
  readonly endpoints: readonly Endpoint[];
  readonly user: string;
  readonly pin: Secret;
  /** Where the members are ours to kill: the first is killed between two signatures, and brought up again. */
  readonly killFirst?: { kill(): Promise<void>; revive(): Promise<void> };
  readonly progress?: (event: DrillEvent) => void;
}

export interface DrillEvent {
  readonly type: "scenario-started" | "scenario-done";
  readonly title: string;
  readonly through?: boolean;
  readonly ms?: number;
}

/** Milliseconds of the monotonic clock of the process that signs. */
export interface ScenarioResult {
  readonly scenario: Scenario;
  /** The vector that was signed through, stand-ins included. */
  readonly endpoints: readonly Endpoint[];
  /** Both signatures were made, and are right. */
  readonly through: boolean;
  /** From before the module is loaded to the first signature. */
  readonly firstMs?: number;
  /** The second signature alone. */
  readonly secondMs?: number;
  /** What kept it from getting through. */
  readonly reason?: string;
  readonly hint?: string;
  /** The member could not be had, rather than that something is wrong with module or login. */
  readonly unavailable?: boolean;
  /** A login was refused, or may have been counted as a wrong one: there must not be another. */
  readonly loginRefused?: boolean;
}

export interface DrillResult {
  readonly results: readonly ScenarioResult[];
  readonly verdict: DrillVerdict;
}

/**
 * Measures failover: signs twice through each scenario's vector, each time in a fresh process with one login. Stops after the vector as it
 * is when that does not work, and after any login that did not go well, so that a wrong PIN is given once and no more.
 */
export async function drill(request: DrillRequest): Promise<DrillResult> {
  const { endpoints, killFirst, progress = () => undefined } = request;
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios(endpoints.length, killFirst !== undefined && endpoints.length > 1)) {
    progress({ type: "scenario-started", title: scenario.title });
    const started = performance.now();
    const result = await withStandIns(scenario, (dead) => sign(request, scenario, dead));
    results.push(result);
    progress({ type: "scenario-done", title: scenario.title, through: result.through, ms: Math.round(performance.now() - started) });
    if (!result.through && (scenario.id === "as-it-is" || result.loginRefused === true)) break;
  }
  return { results, verdict: drillVerdict(results) };
}

async function withStandIns<T>({ dead }: Scenario, use: (standIns: readonly StandIn[]) => Promise<T>): Promise<T> {
  const standIns: StandIn[] = [];
  try {
    for (const kind of dead) standIns.push(await startStandIn(kind));
    return await use(standIns);
  } finally {
    for (const standIn of standIns) await standIn.close();
  }
}

async function sign({ client, endpoints, user, pin, killFirst }: DrillRequest, scenario: Scenario, dead: readonly StandIn[]): Promise<ScenarioResult> {
  const vector = [...dead.map(({ endpoint }) => endpoint), ...(scenario.members === "all" ? endpoints : endpoints.slice(-1))];
  const kill = scenario.kills ? killFirst : undefined;
  try {
    const test = await client.withEndpoints(vector, (who) => testToken(kill ? "timed-paused" : "timed", { ...client.how, ...who, token: { label: user }, pin }, kill && (() => killed(kill))));
    return { scenario, endpoints: vector, ...measured(test) };
  } finally {
    await kill?.revive();
  }
}

/** Time for the client's side to see that its connections are gone, as a machine that loses power is gone before somebody signs. */
const settleMs = 50;

async function killed(first: { kill(): Promise<void> }): Promise<void> {
  await first.kill();
  await delay(settleMs);
}

function measured({ report, signatures }: TokenTest): Omit<ScenarioResult, "scenario" | "endpoints"> {
  const [first, second] = signatures;
  const failure = report.checks.find(({ status }) => status === "fail");
  const times = { ...(first && { firstMs: first.sinceStartMs }), ...(second && { secondMs: second.ms }) };
  if (first !== undefined && second !== undefined && failure === undefined) return { through: true, ...times };
  const why = failure ?? report.checks.find(({ id }) => id === "first-signature");
  return {
    through: false,
    ...times,
    reason: why === undefined ? "nothing was signed" : `${why.id}: ${why.detail ?? why.ckr ?? "failed"}`,
    ...(why?.hint !== undefined && { hint: why.hint }),
    ...(why?.unavailable === true && { unavailable: true }),
    ...(why !== undefined && spendsLogin(why) && { loginRefused: true }),
  };
}
