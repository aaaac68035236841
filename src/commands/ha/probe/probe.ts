import { endpointText } from "../../../formats/text/endpoint-text.js";
import type { Endpoint } from "../../../profile/types.js";
import { isError, Problem, exitCodeOf } from "../../../problem/problem.js";
import { endpointMeaning } from "../../../profile/address.js";
import type { CommandContext, CommandRun } from "../../command.js";
import {
  chosenConnections,
  type HaConnection,
  type HaConnections,
  readConnections,
  type SourceArguments,
} from "../connections.js";
import { endpointArgument, namedOrEndpoint } from "../endpoint-argument.js";
import { failedOn, type FailOnArguments } from "../../fail-on.js";
import { certificateTable, probeChecked, probeJson, probeTable, type Round } from "./probe-report.js";
import { isGood, probeAll, type Wanted } from "../../../vhsm/probe/probe-all.js";

export interface ProbeArguments extends SourceArguments, FailOnArguments {
  /** Names of connections, and endpoints outside any connection; empty means all connections. */
  readonly connections: readonly string[];
  /** Options of the command line that say where connections are read from. */
  readonly given?: readonly string[];
  /** Seconds for the whole probe of one endpoint. */
  readonly timeout: number;
  readonly watch: boolean;
  /** Seconds from the beginning of one round to that of the next. */
  readonly interval: number;
}

/**
 * `knetctl ha probe`: what listens at each endpoint, without a credential; changes nothing. Exit 0, 69 if an
 * endpoint fails, 1 if a connection's endpoints cannot be determined, 130 if interrupted. A watch normally
 * ends with Ctrl-C, so that is 0.
 */
export const probe: CommandRun<ProbeArguments> = async (args, context) => {
  const wanted = await toProbe(args, context);
  const round = (): Promise<Round> => probeOnce(wanted, args, context);
  if (args.watch) return (await import("./watch.js")).watch(round, args, context);
  const done = await round();
  if (context.signal.aborted) throw new Problem("interrupted", "interrupted by a signal");
  show(done, context);
  const problems = [...done.probed.flatMap((one) => one.problems), ...done.problems];
  return failedOn(args.failOn, exitCodeOf(problems), problems);
};

interface ToProbe {
  readonly targets: readonly Wanted[];
  readonly problems: readonly Problem[];
}

async function toProbe(args: ProbeArguments, context: CommandContext): Promise<ToProbe> {
  const typed = args.connections.map((text) => ({ text, endpoint: endpointArgument(text) }));
  const names = typed.filter(({ endpoint }) => endpoint === undefined).map(({ text }) => text);
  const endpoints = typed.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [endpoint]));
  const onlyEndpoints = endpoints.length > 0 && names.length === 0;
  if (onlyEndpoints) refuseUnused(args);
  if (onlyEndpoints && args.profile === undefined)
    return { targets: endpoints.map((target) => ({ connection: undefined, target })), problems: [] };
  const read = await namedOrEndpoint(names, () => readConnections(args, context));
  const chosen = onlyEndpoints ? [] : chosenConnections(read, names);
  const direct = endpoints.map((endpoint) => ({ endpoint, known: knownAs(endpoint, read) }));
  const strangers =
    args.profile === undefined
      ? []
      : direct
          .filter(({ known }) => known.length === 0)
          .map(({ endpoint }) => unknownToProfile(endpoint, read.source));
  for (const problem of strangers) context.output.problem(problem);
  return {
    targets: [
      ...chosen.flatMap((connection) => targetsOf(connection, read.source)),
      ...direct.flatMap(({ endpoint, known }) =>
        (known.length > 0 ? known : [endpoint]).map((target) => ({ connection: undefined, target })),
      ),
    ],
    problems: [
      ...read.warnings,
      ...strangers,
      ...chosen.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
    ],
  };
}

/** Refuses options that would be silently ignored: whoever gives one believes that it counts. */
function refuseUnused({ given = [] }: ProbeArguments): void {
  const [first] = given;
  if (first === undefined) return;
  const several = given.length > 1;
  throw new Problem(
    "usage-invalid",
    `${given.map((name) => `--${name}`).join(" and ")} ${several ? "are" : "is"} not used when only ` +
      "endpoints are named",
    {
      hint:
        `leave ${several ? "them" : "it"} out, or name a connection; --profile gives endpoints the ` +
        "fingerprints to compare",
    },
  );
}

/** An endpoint of the command line as it is in the profile: once for each of its fingerprints there. */
function knownAs(endpoint: Endpoint, { connections }: HaConnections): readonly Endpoint[] {
  const meaning = endpointMeaning(endpoint);
  const same = connections
    .flatMap(({ endpoints }) => endpoints)
    .filter((one) => endpointMeaning(one) === meaning);
  const pinned = new Map(
    same.flatMap((one) =>
      one.fingerprint === undefined
        ? []
        : [[one.fingerprint, { ...endpoint, fingerprint: one.fingerprint }] as const],
    ),
  );
  return pinned.size > 0 ? [...pinned.values()] : same.slice(0, 1).map(() => endpoint);
}

function unknownToProfile(endpoint: Endpoint, source: string): Problem {
  return new Problem(
    "ha-endpoint-unknown",
    `${endpointText(endpoint)} is not in the profile, so its certificate's fingerprint was not checked`,
    {
      severity: "warning",
      where: { path: source },
      hint: "check the endpoint, or add it to the profile with its fingerprint",
    },
  );
}

function targetsOf({ name, endpoints }: HaConnection, source: string): readonly Wanted[] {
  return endpoints.map((target) => ({ connection: name, source, target }));
}

async function probeOnce(
  { targets, problems }: ToProbe,
  { timeout }: ProbeArguments,
  { signal }: CommandContext,
): Promise<Round> {
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
  output.checks?.(() => probeChecked(round));
  const certificates = certificateTable(round.probed, output.style);
  if (round.probed.length > 0)
    output.result(
      [
        probeTable(round.probed, output.style),
        ...(certificates === undefined ? [] : ["", certificates]),
      ].join("\n"),
    );
  // a profile's warnings were shown when it was read
  for (const problem of [
    ...round.problems.filter(isError),
    ...round.probed.flatMap(({ problems }) => problems),
  ])
    output.problem(problem);
  output.result(verdictText(round));
}

/** "1 of 2 endpoints can be used", and that there may be more. */
function verdictText({ probed, problems }: Round): string {
  const unknown = problems.some(isError) ? "; those of other connections are not known" : "";
  return `${probed.filter(isGood).length} of ${probed.length} endpoints can be used${unknown}`;
}
