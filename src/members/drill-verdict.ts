import type { ScenarioId, ScenarioResult } from "./scenarios.js";

/** What a scenario costs compared with the vector as it is, in milliseconds. */
export interface ScenarioCost {
  readonly id: ScenarioId;
  readonly firstMs: number;
  readonly secondMs: number;
  /**
   * Whether the second signature took no extra time for the dead member: the module then remembers which one
   * answers. Null if the first took hardly any.
   */
  readonly remembers: boolean | null;
}

export interface DrillVerdict {
  /**
   * `works`: all scenarios got through. `impaired`: they did, but some members are dead, so nothing can fail
   * over to them. `fails`: one did not. `not-measured`: the vector as it is does not work.
   */
  readonly outcome: "works" | "impaired" | "fails" | "not-measured";
  /** One line for people. */
  readonly text: string;
  /** For each scenario that got through, except the vector as it is. */
  readonly costs: readonly ScenarioCost[];
}

/** On a busy host, two runs of the same scenario can differ by this much, in milliseconds. */
const noise = 100;

/** Those of a vector's members that do not pass a probe. */
export interface DeadMembers {
  readonly dead: readonly string[];
  readonly of: number;
}

/** What the measurements mean. Pure. */
export function drillVerdict(
  results: readonly ScenarioResult[],
  { dead, of }: DeadMembers = { dead: [], of: 0 },
): DrillVerdict {
  const base = results.find(({ scenario }) => scenario.id === "as-it-is");
  if (base?.through !== true || base.firstMs === undefined || base.secondMs === undefined) {
    return {
      outcome: "not-measured",
      text: "failover was not measured: the vector as it is does not work",
      costs: [],
    };
  }
  const { firstMs, secondMs } = base;
  const costs = results
    .filter((result) => result !== base && result.through)
    .map((result) => costOf(result, firstMs, secondMs));
  const failed = results.filter(({ through }) => !through);
  if (failed.length > 0) {
    const when = failed
      .map(({ scenario }) => scenario.title)
      .reduce((before, title) => `${before}; or when ${title}`);
    return { outcome: "fails", text: `failover does not work when ${when}`, costs };
  }
  const measured = [deadFirst(costs), ...killed(costs)].join("; ");
  if (dead.length === 0) return { outcome: "works", text: `failover works; ${measured}`, costs };
  const left = of - dead.length;
  return {
    outcome: "impaired",
    text: `failover reaches only ${left} of ${of} members: ${deadText(dead)}; ${measured}`,
    costs,
  };
}

/** "10.0.0.1:1 and 10.0.0.2:1 do not pass the probe". */
export function deadText(dead: readonly string[]): string {
  const [last = "", ...others] = dead.toReversed();
  return others.length === 0
    ? `${last} does not pass the probe`
    : `${others.toReversed().join(", ")} and ${last} do not pass the probe`;
}

function costOf(
  { scenario, firstMs = 0, secondMs = 0 }: ScenarioResult,
  baseFirst: number,
  baseSecond: number,
): ScenarioCost {
  const [first, second] = [over(firstMs, baseFirst), over(secondMs, baseSecond)];
  return {
    id: scenario.id,
    firstMs: first,
    secondMs: second,
    remembers: scenario.kills || first < noise ? null : second < noise,
  };
}

function over(ms: number, base: number): number {
  return Math.round(Math.max(0, ms - base) * 10) / 10;
}

/**
 * The most expensive way for one member to be dead; the scenario in which all but the last are dead does not
 * count.
 */
function deadFirst(costs: readonly ScenarioCost[]): string {
  const one = costs.filter(({ id }) => id.startsWith("first-"));
  const first = Math.max(0, ...one.map(({ firstMs }) => firstMs));
  const second = Math.max(0, ...one.map(({ secondMs }) => secondMs));
  const upTo = first < noise ? "" : "up to ";
  return (
    `a dead first member costs ${upTo}${costText(first)} at the first signature and ` +
    (second < noise ? "nothing afterwards" : `up to ${costText(second)} at the next`)
  );
}

function killed(costs: readonly ScenarioCost[]): readonly string[] {
  const cost = costs.find(({ id }) => id === "active-killed");
  return cost === undefined
    ? []
    : [`losing the active member between two signatures costs ${costText(cost.secondMs)}`];
}

/** "nothing" if it is no more than chance variation, else such as "120 ms" or "2.1 s". */
export function costText(ms: number): string {
  if (ms < noise) return "nothing";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
