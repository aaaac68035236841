import { endpointText } from "../../formats/text/endpoint-text.js";
import type { Endpoint, PinSource } from "../../profile/types.js";
import type { SkippedProof } from "../../pkcs11/report.js";
import { isError, Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import { quotedName } from "../../profile/words/quote.js";
import type { Proof, Step, StepInput, StepPlan } from "../../workflow/step.js";
import { memberClient, type MemberClientOptions } from "../../members/private-client.js";
import { compareWithConfig } from "../../vendor/client-config/new-endpoints.js";

export interface MembersOptions extends MemberClientOptions {
  /** By source. Users without one are tested as far as is possible without a login. */
  readonly pins: ReadonlyMap<PinSource, Secret>;
}

/**
 * Proves each new member of an HA vector alone, and that it holds the keys of the members in use: a test
 * through the vector proves only the first member that answers. It plans no changes. `left-out`: it only says
 * that they are not proven.
 */
export function membersStep(options: MembersOptions, wanted: "proven" | "left-out"): Step {
  return {
    id: "members",
    title: "proof of new members, each alone",
    plan: (input) =>
      Promise.resolve({
        changes: [],
        problems: [],
        notes: [],
        ...proofOf(newMembers(input), input, wanted === "left-out" ? undefined : options),
      }),
  };
}

function proofOf(
  found: readonly NewMembers[],
  { profile, host: homes, unit }: StepInput,
  options: MembersOptions | undefined,
): Pick<StepPlan, "prove" | "unproven"> {
  if (found.length === 0 || homes.root !== "/") return {};
  if (options === undefined) return { unproven: leftOut };
  return {
    prove: (signal, host) => proven(found, { profile, host, homes, ...(unit && { unit }) }, options, signal),
  };
}

const leftOut: SkippedProof = {
  reason: "no-prove",
  text: "new members were not proven one by one (--no-prove)",
};

async function proven(
  found: readonly NewMembers[],
  input: Pick<StepInput, "profile" | "host" | "unit"> & { readonly homes: StepInput["host"] },
  options: MembersOptions,
  signal: AbortSignal,
): Promise<Proof> {
  const { proveMembers } = await import("../../members/prove-members.js");
  const users = [...input.profile.users.values()];
  const problems = [];
  for (const { connection, added, kept } of found) {
    const pins = new Map(
      users
        .filter((user) => user.connection === connection)
        .map(({ name, pin }) => [name, pin && options.pins.get(pin)]),
    );
    const proof = await proveMembers({
      client: memberClient(input, connection, options, signal),
      connection,
      endpoints: added,
      beside: kept,
      users: pins,
    });
    problems.push(...proof.problems);
    if (!proof.problems.some(isError)) continue;
    problems.push(notProven(connection, added));
    break;
  }
  return { problems };
}

function notProven(connection: string, added: readonly Endpoint[]): Problem {
  const one = added.length === 1;
  return new Problem(
    "members-not-proven",
    `${one ? "the new member" : "new members"} of connection ${quotedName(connection)} did not pass ` +
      "the proof",
    {
      detail: added.map(endpointText).join(", "),
      hint:
        `fix ${one ? "it" : "them"} and run this again; --no-prove accepts ` +
        (one ? "it as it is" : "them as they are"),
    },
  );
}

/** A connection that is to have members that it does not have in the host's config.json yet. */
export interface NewMembers {
  readonly connection: string;
  /** In order of preference. */
  readonly added: readonly Endpoint[];
  /** Those that it already has and keeps. */
  readonly kept: readonly Endpoint[];
}

/**
 * The new members of HA vectors that a user logs in through, according to the profile and the current
 * config.json. The only endpoint of a connection is not a member: a proof through the connection covers it.
 * Throws Problems (`client-config-…`) for a file that cannot be used.
 */
export function newMembers(input: StepInput): readonly NewMembers[] {
  const used = new Set([...input.profile.users.values()].map(({ connection }) => connection));
  return compareWithConfig(input).flatMap(({ connection: { name, endpoints }, added, kept }) =>
    used.has(name) && endpoints.length > 1 && added.length > 0 ? [{ connection: name, added, kept }] : [],
  );
}
