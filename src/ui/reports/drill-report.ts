import type { DrillResult } from "../../members/drill.js";
import type { ScenarioResult } from "../../members/scenarios.js";
import { costText, type ScenarioCost } from "../../members/drill-verdict.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import type { Problem } from "../../problem/problem.js";
import { cleanLine } from "../text/clean-text.js";
import type { Style } from "../terminal/output.js";
import { durationText } from "../terminal/progress-lines.js";
import { table } from "../text/table.js";

export interface DrillReport {
  readonly connection: string;
  readonly user: string;
  /** Members and module are simulated, which says nothing about real ones. */
  readonly simulated: boolean;
  readonly result: DrillResult;
  readonly warnings: readonly Problem[];
}

/** The document of `ha drill --json`. Schema: schemas/report.schema.json. */
export function drillJson(
  { connection, user, simulated, result: { results, verdict } }: DrillReport,
  problems: readonly Problem[],
): Readonly<Record<string, unknown>> {
  const scenarios = results.map(
    ({ scenario: { id, title }, endpoints, through, firstMs, secondMs, reason, hint }) => {
      const cost = verdict.costs.find((one) => one.id === id);
      return {
        id,
        title,
        through,
        endpoints: endpoints.map(({ ip, port }) => ({ ip, port })),
        firstSignatureMs: firstMs ?? null,
        secondSignatureMs: secondMs ?? null,
        ...(cost && { firstCostMs: cost.firstMs, secondCostMs: cost.secondMs, remembers: cost.remembers }),
        ...(reason !== undefined && { reason }),
        ...(hint !== undefined && { hint }),
      };
    },
  );
  return {
    connection,
    user,
    simulated,
    scenarios,
    verdict: { outcome: verdict.outcome, text: verdict.text },
    problems,
  };
}

/** For people: a row for each scenario. */
export function drillTable(
  { connection, user, simulated, result: { results, verdict } }: DrillReport,
  style: Style,
): string {
  const rows = results.map((result) =>
    cells(
      result,
      verdict.costs.find(({ id }) => id === result.scenario.id),
    ),
  );
  const columns = [
    { title: "scenario" },
    {
      title: "through",
      areWords: true,
      paint: (cell: string, english: string) => (english === "yes" ? style.green(cell) : style.red(cell)),
    },
    { title: "first signature", align: "right" as const },
    { title: "second", align: "right" as const },
    { title: "cost of the first", align: "right" as const },
    { title: "of the second", align: "right" as const },
    { title: "remembers", areWords: true },
  ];
  const [titles = "", ...lines] = table(rows, columns).split("\n");
  return [
    style.bold(
      cleanLine(
        `connection ${connection}, signing as ` +
          `${user}${simulated ? " (simulated members and module: a real client may differ)" : ""}`,
      ),
    ),
    style.dim(titles),
    ...lines,
    "",
    ...vectors(results, style),
  ].join("\n");
}

/** What the scenarios say together, in one line. */
export function drillVerdict({ result: { verdict } }: Pick<DrillReport, "result">, style: Style): string {
  return verdict.outcome === "works" ? style.green(verdict.text) : style.red(verdict.text);
}

function cells(
  { scenario, through, firstMs, secondMs }: ScenarioResult,
  cost: ScenarioCost | undefined,
): readonly string[] {
  return [
    scenario.title,
    through ? "yes" : "no",
    ms(firstMs),
    ms(secondMs),
    cost === undefined ? "-" : costText(cost.firstMs),
    cost === undefined ? "-" : costText(cost.secondMs),
    cost?.remembers === true ? "yes" : cost?.remembers === false ? "no" : "-",
  ];
}

function vectors(results: readonly ScenarioResult[], style: Style): readonly string[] {
  const [first] = results;
  return first === undefined
    ? []
    : [style.dim(cleanLine(`the vector as it is: ${first.endpoints.map(endpointText).join(", ")}`))];
}

function ms(value: number | undefined): string {
  return value === undefined ? "-" : durationText(value);
}
