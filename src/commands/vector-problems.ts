import { endpointText } from "../members/member-proof.js";
import { isError } from "../problem/is-error.js";
import { Problem } from "../problem/problem.js";
import { quotedName } from "../profile/words/quote.js";
import type { Connection } from "../profile/types.js";
import type { StepInput } from "../workflow/step.js";
import type { CommandContext } from "./command.js";
import type { Probed } from "./ha/probed.js";

const timeoutMs = 5000;

/**
 * What is wrong with the members of the HA vectors that somebody logs in through, each asked without a
 * credential: the smoke test proves the first that answers, and says nothing of the others. Nothing for
 * `--root`.
 */
export async function vectorProblems(
  { profile: { connections, users, source }, host }: StepInput,
  { signal }: CommandContext,
): Promise<readonly Problem[]> {
  const used = new Set([...users.values()].map(({ connection }) => connection));
  const vectors = [...connections.values()].filter(
    ({ name, endpoints }) => used.has(name) && endpoints.length > 1,
  );
  const isCut = (): boolean => signal.aborted;
  if (vectors.length === 0 || host.root !== "/" || isCut()) return [];
  const { probeAll } = await import("./ha/probed.js");
  const wanted = vectors.flatMap(({ name, endpoints }) =>
    endpoints.map((target) => ({ connection: name, source, target })),
  );
  const probed = await probeAll(wanted, { timeoutMs, signal });
  // what a signal cut short would be told as timed out
  if (isCut()) return [];
  return vectors.flatMap((vector) =>
    problemsOf(
      vector,
      probed.filter(({ connection }) => connection === vector.name),
    ),
  );
}

function problemsOf({ name }: Pick<Connection, "name">, probed: readonly Probed[]): readonly Problem[] {
  const problems = probed.flatMap((one) => one.problems);
  const bad = probed
    .filter((one) => one.problems.some(isError))
    .map(({ report }) => endpointText(report.target));
  if (bad.length === 0) return problems;
  return [
    ...problems,
    new Problem(
      "members-unwell",
      `${bad.length} of the ${probed.length} members of connection ${quotedName(name)} cannot be used`,
      {
        detail: bad.join(", "),
        hint:
          bad.length === probed.length
            ? "nothing can log in through it"
            : "mend them before the others fail; knetctl ha remove takes one out of the vector",
      },
    ),
  ];
}
