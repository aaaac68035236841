import { exitCodes, type ExitCode } from "../../problem/exit-codes.js";
import { problemCodes } from "../../problem/codes.js";
import { isError } from "../../problem/is-error.js";
import { Problem } from "../../problem/problem.js";
import type { CommandContext, CommandRun } from "../command.js";
import { chosenConnections, type HaConnection } from "./connections.js";
import { endpointArgument, namedOrEndpoint } from "./endpoint-argument.js";
import { probeAll, type Wanted } from "./probed.js";
import { probeJson, type Round } from "./probe-json.js";
import { certificateTable, probeTable } from "./probe-text.js";
import { readConnections, type SourceArguments } from "./read-connections.js";

export interface ProbeArguments extends SourceArguments {
  /** Names of connections, and endpoints of no connection; all connections when there is none. */
  readonly connections: readonly string[];
  /** Seconds, for all of one endpoint. */
  readonly timeout: number;
  readonly watch: boolean;
  /** Seconds from the beginning of one round to that of the next. */
  readonly interval: number;
}

/**
 * `knetctl ha probe`: what listens at each endpoint, without a credential; changes nothing. Exit 0, 69 when an endpoint fails, 1 when a
 * connection's endpoints cannot be told, 130 when interrupted. A watch ends by Ctrl-C, which is its normal end: 0.
 */
export const probe: CommandRun<ProbeArguments> = async (args, context) => {
  const wanted = await toProbe(args, context);
  const round = (): Promise<Round> => probeOnce(wanted, args, context);
  if (args.watch) return (await import("./watch.js")).watch(round, args, context);
  const done = await round();
  if (context.signal.aborted) throw new Problem("interrupted", "interrupted by a signal");
  show(done, context);
  return exitCodeOf(done);
};

interface ToProbe {
  readonly targets: readonly Wanted[];
  readonly problems: readonly Problem[];
}

async function toProbe(args: ProbeArguments, context: CommandContext): Promise<ToProbe> {
  const typed = args.connections.map((text) => ({ text, endpoint: endpointArgument(text) }));
  const names = typed.filter(({ endpoint }) => endpoint === undefined).map(({ text }) => text);
  const direct = typed.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [{ connection: undefined, target: endpoint }]));
  if (direct.length > 0 && names.length === 0) return { targets: direct, problems: [] };
  const read = await namedOrEndpoint(names, () => readConnections(args, context));
  const chosen = chosenConnections(read, names);
  return { targets: [...chosen.flatMap((connection) => targetsOf(connection, read.source)), ...direct], problems: [...read.warnings, ...chosen.flatMap(({ problem }) => (problem === undefined ? [] : [problem]))] };
}

function targetsOf({ name, endpoints }: HaConnection, source: string): readonly Wanted[] {
  return endpoints.map((target) => ({ connection: name, source, target }));
}

async function probeOnce({ targets, problems }: ToProbe, { timeout }: ProbeArguments, { signal }: CommandContext): Promise<Round> {
  const began = new Date();
  const start = performance.now();
  const probed = await probeAll(targets, { timeoutMs: timeout * 1000, signal });
  return { probed, problems, ms: performance.now() - start, began };
}

function show(round: Round, { output }: CommandContext): void {
  if (output.json) {
    output.document(probeJson(round));
    return;
  }
  const certificates = certificateTable(round.probed, output.style);
  if (round.probed.length > 0) output.result([probeTable(round.probed, output.style), ...(certificates === undefined ? [] : ["", certificates])].join("\n"));
  // a profile's warnings have been shown when it was read
  for (const problem of [...round.problems.filter(isError), ...round.probed.flatMap(({ problems }) => problems)]) output.problem(problem);
}

function exitCodeOf({ probed: endpoints, problems }: Round): ExitCode {
  const first = [...endpoints.flatMap((one) => one.problems), ...problems].find(isError);
  return first === undefined ? exitCodes.done : problemCodes[first.code];
}
