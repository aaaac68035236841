import { asWarning, isError, Problem } from "../../problem/problem.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import type { Connection } from "../../profile/types.js";
import { quotedName } from "../../profile/words/quote.js";
import type { MemberState } from "../../ui/reports/observation.js";
import type { Probed } from "../../vhsm/probe/probe-all.js";
import type { StepInput } from "../../workflow/step.js";
import type { CommandContext } from "../command.js";

/** What probes showed of connections' endpoints. */
export interface LookedAtMembers {
  readonly members: readonly MemberState[];
  /** Of HA vectors alone: the smoke test tells about an endpoint that has no others beside it. */
  readonly problems: readonly Problem[];
}

/**
 * What is wrong with the members of every HA vector, all probed at once and without a credential: the smoke
 * test proves the first that answers, and says nothing about the others. A vector of which some members can
 * be used is `members-degraded`, one without any `members-unwell`; one that no user logs in through is only
 * warned of. `single`: connections with one endpoint are probed too. Nothing for `--root`.
 */
export async function lookAtMembers(
  { profile: { connections, users, source }, host }: StepInput,
  { signal }: Pick<CommandContext, "signal">,
  { single }: { readonly single: boolean },
): Promise<LookedAtMembers> {
  const nothing = { members: [], problems: [] };
  const looked = [...connections.values()].filter(({ endpoints }) => single || endpoints.length > 1);
  const isCut = (): boolean => signal.aborted;
  if (looked.length === 0 || host.root !== "/" || isCut()) return nothing;
  const { probeAll, usualProbeMs } = await import("../../vhsm/probe/probe-all.js");
  const wanted = looked.flatMap(({ name, endpoints }) =>
    endpoints.map((target) => ({ connection: name, source, target })),
  );
  const probed = await probeAll(wanted, { timeoutMs: usualProbeMs, signal });
  // what a signal interrupted would be reported as timed out
  if (isCut()) return nothing;
  const used = new Set([...users.values()].map(({ connection }) => connection));
  const problems = looked
    .filter(({ endpoints }) => endpoints.length > 1)
    .flatMap((vector) => {
      const found = memberProblems(
        vector,
        probed.filter(({ connection }) => connection === vector.name),
      );
      return used.has(vector.name) ? found : found.map(asWarning);
    });
  return { members: probed.map(memberState), problems };
}

function memberState({ connection = "", report, problems }: Probed): MemberState {
  const end = report.certificate?.notAfter;
  return {
    connection,
    member: endpointText(report.target),
    up: !problems.some(isError),
    certificateEnd: end === undefined ? undefined : new Date(end),
  };
}

/** What is wrong with the members of one vector, each and together. */
export function memberProblems(
  { name }: Pick<Connection, "name">,
  probed: readonly Probed[],
): readonly Problem[] {
  const problems = probed.flatMap((one) => one.problems);
  const bad = probed.filter((one) => one.problems.some(isError)).map(textOf);
  if (bad.length === 0) return problems;
  return [...problems, bad.length === probed.length ? unwell(name, bad) : degraded(name, bad, probed)];
}

function textOf({ report }: Probed): string {
  return endpointText(report.target);
}

function unwell(connection: string, bad: readonly string[]): Problem {
  return new Problem(
    "members-unwell",
    `none of the ${bad.length} members of connection ${quotedName(connection)} can be used`,
    { detail: bad.join(", "), hint: "nothing can log in through it: fix one of them first" },
  );
}

function degraded(connection: string, bad: readonly string[], probed: readonly Probed[]): Problem {
  const left = probed.map(textOf).filter((member) => !bad.includes(member));
  return new Problem(
    "members-degraded",
    `connection ${quotedName(connection)} is degraded: ${bad.length} of its ${probed.length} members ` +
      "cannot be used",
    {
      detail: bad.join(", "),
      hint:
        (left.length === 1 ? `only ${left.join("")} still answers` : `${left.length} still answer`) +
        ": fix the others while that is still the case; knetctl ha remove takes a member out of the vector",
    },
  );
}
