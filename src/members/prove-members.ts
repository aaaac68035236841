import { performance } from "node:perf_hooks";
import type { Inventory } from "../pkcs11/inventory.js";
import {
  type CheckResult,
  failureText,
  firstFailure,
  isLoginRefused,
  spendsLogin,
} from "../pkcs11/report.js";
import { testToken, type TokenTest } from "../pkcs11/test-token.js";
import { messageWithDetail, Problem } from "../problem/problem.js";
import type { Secret } from "../problem/secret.js";
import { endpointText } from "../formats/text/endpoint-text.js";
import type { Endpoint } from "../profile/types.js";
import { compareInventories } from "./compare-inventories.js";
import { memberProblems, type NamedTokens } from "./member-problems.js";
import {
  isGood,
  type MemberProof,
  type MemberResult,
  type MemberToken,
  type UserComparison,
} from "./member-proof.js";
import type { PrivateClient } from "./private-client.js";

export interface ProveRequest {
  readonly client: PrivateClient;
  readonly connection: string;
  /** The members to prove, each alone. */
  readonly endpoints: readonly Endpoint[];
  /**
   * Members that are already in use, queried together as the client does: what the first to answer holds is
   * compared too. They are not proven.
   */
  readonly beside?: readonly Endpoint[];
  /** PINs by user of that connection. Undefined: the user is tested as far as is possible without a login. */
  readonly users: ReadonlyMap<string, Secret | undefined>;
  readonly progress?: (event: MemberEvent) => void;
}

export interface MemberEvent {
  readonly type: "member-started" | "member-done";
  readonly member: string;
  readonly user: string;
  readonly result?: MemberResult;
  readonly ms?: number;
}

export interface ConnectionProof {
  readonly connection: string;
  /** In the order of the endpoints. */
  readonly members: readonly MemberProof[];
  readonly comparisons: readonly UserComparison[];
  /**
   * Everything that is not proven or not the same. Empty: all members work with these users and hold the same
   * keys.
   */
  readonly problems: readonly Problem[];
}

/**
 * Proves each member alone through the module, as its service user, then compares what the members hold for
 * each user. At most one login attempt for each member and user, and none for a user whose login on another
 * member failed. Rejects only if interrupted, or if no private home can be made.
 */
export async function proveMembers(request: ProveRequest): Promise<ConnectionProof> {
  const { connection, endpoints, beside = [], users } = request;
  const refusedBy = new Map<string, string>();
  const members: MemberProof[] = [];
  for (const endpoint of endpoints)
    members.push({
      endpoint,
      tokens: await tokensOf(
        request,
        { name: endpointText(endpoint), endpoints: [endpoint], users },
        refusedBy,
      ),
    });
  const inUse = await tokensInUse(request, beside, members, refusedBy);
  const asked = [
    ...members.map(({ endpoint, tokens }) => ({ name: endpointText(endpoint), tokens })),
    ...(inUse === undefined ? [] : [inUse]),
  ];
  const comparisons = [...users.keys()].map((user) => compared(user, asked));
  return { connection, members, comparisons, problems: memberProblems(members, comparisons, inUse) };
}

/** A member, or several in order of preference, as the client sees them. */
interface Asked {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  readonly users: ProveRequest["users"];
}

/** Only for users whose keys on a new member can be compared. */
async function tokensInUse(
  request: ProveRequest,
  beside: readonly Endpoint[],
  members: readonly MemberProof[],
  refusedBy: Map<string, string>,
): Promise<NamedTokens | undefined> {
  const [first, second] = beside;
  const users = new Map(
    [...request.users].filter(([user]) =>
      members.some(({ tokens }) => tokens.some((token) => token.user === user && isGood(token))),
    ),
  );
  if (first === undefined || users.size === 0) return undefined;
  const name = second === undefined ? endpointText(first) : "the members in use";
  return { name, tokens: await tokensOf(request, { name, endpoints: beside, users }, refusedBy) };
}

/**
 * One home for the member; its users are tested one after the other, since a VHSM may limit a client's
 * sessions.
 */
async function tokensOf(
  request: ProveRequest,
  { name: member, endpoints, users }: Asked,
  refusedBy: Map<string, string>,
): Promise<readonly MemberToken[]> {
  const { client, progress = () => undefined } = request;
  return client.withEndpoints(endpoints, async (who) => {
    const tokens: MemberToken[] = [];
    const through = { ...client.how, ...who, endpoints: endpoints.map(endpointText) };
    for (const [user, pin] of users) {
      const refuser = refusedBy.get(user);
      if (refuser !== undefined) {
        tokens.push({
          user,
          result: "not-tried",
          reason:
            `the login on ${refuser} did not succeed, and a wrong PIN counts towards a lock-out that ` +
            "members share",
        });
        continue;
      }
      progress({ type: "member-started", member, user });
      const started = performance.now();
      const token = await tested(
        user,
        () => testToken("inventory", { ...through, token: { label: user }, pin }),
        pin !== undefined,
      );
      progress({
        type: "member-done",
        member,
        user,
        result: token.result,
        ms: Math.round(performance.now() - started),
      });
      if (token.token?.checks.some((check) => check.status === "fail" && spendsLogin(check)) === true)
        refusedBy.set(user, member);
      tokens.push(token);
    }
    return tokens;
  });
}

/**
 * A test that could not be run fails for this member and user only: the results of the others have cost
 * logins, and must not be lost.
 */
async function tested(user: string, test: () => Promise<TokenTest>, logsIn: boolean): Promise<MemberToken> {
  try {
    return tokenOf(user, await test(), logsIn);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === "interrupted") throw error;
    return {
      user,
      result: "failed",
      reason: messageWithDetail(error),
    };
  }
}

function tokenOf(user: string, { report, inventory }: TokenTest, logsIn: boolean): MemberToken {
  const failure = firstFailure(report);
  const unsigned = logsIn ? report.unsigned : undefined;
  return {
    user,
    result:
      failure === undefined && report.checks.length > 0
        ? logsIn && unsigned === undefined
          ? "proven"
          : "reached"
        : failedResult(failure),
    token: report,
    ...(inventory && { inventory }),
    ...(failure && { reason: failureText(failure) }),
    ...(unsigned !== undefined && { reason: `nothing was signed: ${unsigned}` }),
  };
}

function failedResult(failure: CheckResult | undefined): MemberResult {
  if (failure !== undefined && isLoginRefused(failure)) return "refused";
  return failure?.unavailable === true ? "unreachable" : "failed";
}

function compared(user: string, asked: readonly NamedTokens[]): UserComparison {
  const inventories = new Map<string, Inventory>(
    asked.flatMap(({ name, tokens }) => {
      const token = tokens.find((one) => one.user === user);
      return token?.inventory === undefined ? [] : [[name, token.inventory] as const];
    }),
  );
  return { user, members: [...inventories.keys()], ...compareInventories(inventories) };
}
