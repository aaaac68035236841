import { errorCount, exitCodeOf, isError, Problem } from "../../problem/problem.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import { mermaid, topology } from "../../ui/reports/topology.js";
import { table } from "../../ui/text/table.js";
import type { CommandRun } from "../command.js";
import {
  chosenConnections,
  type HaConnection,
  readConnections,
  type SourceArguments,
} from "./connections.js";

export interface ListArguments extends SourceArguments {
  /** Names of connections; empty means all. */
  readonly connections: readonly string[];
  readonly diagram?: boolean | undefined;
  readonly mermaid?: boolean | undefined;
}

/**
 * `knetctl ha list`: connections and their endpoints in order of preference; changes nothing, and contacts
 * nobody. Exit 0, or 1 if endpoints cannot be determined.
 */
export const list: CommandRun<ListArguments> = async (args, context) => {
  const { output } = context;
  const picture = args.mermaid === true ? "--mermaid" : args.diagram === true ? "--diagram" : undefined;
  if (picture !== undefined && output.json)
    throw new Problem("usage-invalid", `${picture} is not JSON`, { hint: `leave out --json or ${picture}` });
  const read = await readConnections(args, context);
  const chosen = chosenConnections(read, args.connections);
  const problems = chosen.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  if (output.json) output.document(listJson(read.source, chosen, [...read.warnings, ...problems]));
  else {
    output.result(
      args.mermaid === true ? mermaid(chosen) : args.diagram === true ? topology(chosen) : listTable(chosen),
    );
    for (const problem of problems) output.problem(problem);
    if (problems.some(isError)) output.note(`failed: ${errorCount(problems)}`);
  }
  return exitCodeOf(problems);
};

function listTable(connections: readonly HaConnection[]): string {
  const rows = connections.flatMap(({ name, endpoints, users }) =>
    endpoints.length === 0
      ? [[name, "", "not known", users.join(", ")]]
      : endpoints.map((endpoint, index) => [
          index === 0 ? name : "",
          String(index + 1),
          endpointText(endpoint),
          index === 0 ? users.join(", ") : "",
        ]),
  );
  return table(rows, [
    { title: "connection" },
    { title: "order", align: "right" },
    { title: "endpoint" },
    { title: "users" },
  ]);
}

/** The document of `ha list --json`. Schema: schemas/report.schema.json. */
function listJson(
  source: string,
  connections: readonly HaConnection[],
  problems: readonly Problem[],
): object {
  return {
    source,
    connections: connections.map(({ name, endpoints, users }) => ({ name, endpoints, users })),
    problems,
  };
}
