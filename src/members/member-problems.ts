import type { ProblemCode } from "../problem/codes.js";
import { Problem } from "../problem/problem.js";
import type { KeyDifference } from "./compare-inventories.js";
import { isGood, type MemberProof, type MemberToken, type UserComparison } from "./member-proof.js";
import { endpointText } from "../formats/text/endpoint-text.js";

/** What was found about users' tokens on one member, or on several queried together. */
export interface NamedTokens {
  readonly name: string;
  readonly tokens: readonly MemberToken[];
}

/**
 * What prevents members from being proven, and where they differ: one problem for each member and user, and
 * for each key. `inUse`: members that are not to be proven; problems that concern only them are warnings.
 */
export function memberProblems(
  members: readonly MemberProof[],
  comparisons: readonly UserComparison[],
  inUse?: NamedTokens,
): readonly Problem[] {
  const unproven = members.flatMap(({ endpoint, tokens }) =>
    tokens.flatMap((token) => tokenProblem(endpointText(endpoint), token)),
  );
  return [
    ...unproven,
    ...withoutLogin(members),
    ...members.flatMap(withoutSignature),
    ...otherSerials(members),
    ...(inUse === undefined ? [] : notCompared(inUse)),
    ...comparisons.flatMap((comparison) => comparisonProblems(comparison, inUse?.name)),
  ];
}

function withoutLogin(members: readonly MemberProof[]): readonly Problem[] {
  const users = new Set(
    members.flatMap(({ tokens }) =>
      tokens
        .filter(({ result, reason }) => result === "reached" && reason === undefined)
        .map(({ user }) => user),
    ),
  );
  return [...users].map(
    (user) =>
      new Problem(
        "members-no-login",
        `no login was attempted as ${quoted(user)}; only public objects were compared`,
        {
          severity: "warning",
          detail: "there is no PIN",
          hint: "give the user a pin in the profile",
        },
      ),
  );
}

function withoutSignature({ endpoint, tokens }: MemberProof): readonly Problem[] {
  return tokens.flatMap(({ user, result, reason }) =>
    result !== "reached" || reason === undefined
      ? []
      : [
          new Problem(
            "members-not-signed",
            `it is not proven that ${quoted(user)} can sign on ${endpointText(endpoint)}`,
            {
              severity: "warning",
              detail: reason,
              hint: "sign with a key of your own before you rely on the member",
            },
          ),
        ],
  );
}

/** Whether the serial number is the same everywhere is public nowhere; applications may choose by it. */
function otherSerials(members: readonly MemberProof[]): readonly Problem[] {
  const users = new Set(members.flatMap(({ tokens }) => tokens.map(({ user }) => user)));
  return [...users].flatMap((user) => {
    const serials = members.flatMap(({ endpoint, tokens }) =>
      tokens
        .filter((token) => token.user === user && token.token?.serial !== undefined)
        .map(({ token }) => ({ member: endpointText(endpoint), serial: token?.serial ?? "" })),
    );
    if (new Set(serials.map(({ serial }) => serial)).size < 2) return [];
    return [
      new Problem(
        "members-serials-differ",
        `the token of ${quoted(user)} does not have the same serial number on all members`,
        {
          severity: "warning",
          detail: serials.map(({ member, serial }) => `${serial} on ${member}`).join("; "),
          hint: "choose the token by its label: by TokenSerialNumber it is lost after a failover",
        },
      ),
    ];
  });
}

function notCompared({ name, tokens }: NamedTokens): readonly Problem[] {
  return tokens
    .filter((token) => !isGood(token))
    .map(
      ({ user, reason }) =>
        new Problem(
          "members-not-compared",
          `the keys of ${quoted(user)} were not compared with those on ${name}`,
          {
            severity: "warning",
            ...(reason !== undefined && { detail: reason }),
            hint: "knetctl ha prove compares all members when they can be reached again",
          },
        ),
    );
}

function tokenProblem(member: string, token: MemberToken): readonly Problem[] {
  const { result, user, reason } = token;
  switch (result) {
    case "proven":
    case "reached":
      return [];
    case "unreachable":
      return [problem("members-unreachable", `${member} cannot be reached as ${quoted(user)}`, token)];
    case "refused":
      return [problem("members-login-refused", `${member} does not let ${quoted(user)} log in`, token)];
    case "failed":
      return [
        problem("members-proof-failed", `the smoke test of ${quoted(user)} on ${member} failed`, token),
      ];
    case "not-tried":
      return [
        new Problem("members-login-refused", `no login as ${quoted(user)} was attempted on ${member}`, {
          ...(reason !== undefined && { detail: reason }),
          hint: "correct the PIN, then run this again",
        }),
      ];
  }
}

function problem(code: ProblemCode, title: string, { reason, token }: MemberToken): Problem {
  const failure = token?.checks.find(({ status }) => status === "fail");
  return new Problem(code, title, {
    ...(reason !== undefined && { detail: reason }),
    ...(failure?.hint !== undefined && { hint: failure.hint }),
  });
}

function comparisonProblems(
  { user, members, differences, complete }: UserComparison,
  inUse: string | undefined,
): readonly Problem[] {
  const cut = complete || members.length < 2 ? [] : [cutWarning(user)];
  return [...differences.map((difference) => differenceProblem(user, difference, inUse)), ...cut];
}

function differenceProblem(user: string, difference: KeyDifference, inUse: string | undefined): Problem {
  const key = `${keyName(difference)} of ${quoted(user)}`;
  if (difference.kind === "different") {
    return new Problem("members-keys-differ", `${key} is not the same on all members`, {
      detail: variantsText(difference),
      hint:
        "find out which of them is the right one before anything signs with it: what one member " +
        "signs does not verify with the other's certificate",
    });
  }
  const missing = {
    detail: variantsText(difference),
    title: `${key} is not on ${difference.missing.join(", ")}`,
  };
  if (difference.missing.every((member) => member === inUse)) {
    return new Problem("members-key-missing", missing.title, {
      severity: "warning",
      detail: missing.detail,
      hint:
        "let the VHSMs replicate their keys before something signs with it: there is no failover for " +
        "this key",
    });
  }
  return new Problem("members-key-missing", missing.title, {
    detail: missing.detail,
    hint:
      "let the VHSMs replicate their keys, or leave the member out of the vector: after a failover to " +
      "it, this key cannot be used",
  });
}

function cutWarning(user: string): Problem {
  return new Problem("members-inventory-cut", `not all objects of ${quoted(user)} were compared`, {
    severity: "warning",
    detail:
      "a member has more of them than are examined; what is missing on only some members is not reported",
  });
}

/** `private-key, public-key "ca" (ID 01)`. */
export function keyName({ classes, label, id }: Pick<KeyDifference, "classes" | "label" | "id">): string {
  return `${classes.join(", ")} ${quoted(label)}${id === "" ? "" : ` (ID ${id})`}`;
}

/** `a1b2c3d4e5f6… on 10.1.2.3:60161; missing on 10.1.2.4:60161`. */
export function variantsText({ variants, missing }: KeyDifference): string {
  const several = variants.some(({ objects }) => objects > 1);
  const held = variants.map(({ sha256, objects, members }) => {
    const hash = sha256 === null ? "there, not readable," : `${sha256.slice(0, 12)}…`;
    return `${several ? `${objects} objects` : hash} on ${members.join(", ")}`;
  });
  return [...held, ...(missing.length === 0 ? [] : [`missing on ${missing.join(", ")}`])].join("; ");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
