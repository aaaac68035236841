import { checkTable } from "./check-table.js";
import { isSigned, type Proven, provenLevels } from "./proven.js";
import {
  type CheckResult,
  failureText,
  firstFailure,
  leavesUnsigned,
  type SmokeReport,
  type TokenReport,
} from "./report.js";

/** What was proven, in one line. Empty: there was nothing to prove. */
export function verdict({ tokens, skipped = [] }: SmokeReport): string {
  const unproven = skipped.map((one) => (leavesUnsigned(one) ? `nothing is proven (${one.text})` : one.text));
  return [...tokenVerdicts(tokens), ...unproven].join("; ");
}

/** What was proven of one token. */
export function tokenVerdict(token: TokenReport): string {
  return cleared(token) ?? `${said[token.proven]}${because(token)}${leftAlone(token)}`;
}

/** More tokens than this are counted instead of named. */
const mostNamed = 4;

function tokenVerdicts(tokens: readonly TokenReport[]): readonly string[] {
  if (tokens.length <= mostNamed) return tokens.map((token) => `${named(token)}: ${tokenVerdict(token)}`);
  const levels = [...provenLevels].reverse();
  const counts = levels.flatMap((level) => {
    const count = tokens.filter(({ proven }) => proven === level).length;
    return count === 0 ? [] : [`${said[level]}: ${count}`];
  });
  return [`of ${tokens.length} tokens: ${counts.join(", ")}`];
}

/** Where none was found, there is no label. */
function named({ label }: TokenReport): string {
  return label === "" ? "token" : `token ${JSON.stringify(label)}`;
}

/** Of a run that was only to remove what an earlier one had left: what became of that. */
function cleared({ checks }: TokenReport): string | undefined {
  if (checks.some(({ id }) => checkTable[id].proof !== undefined)) return undefined;
  const left = checks.find(({ id, status }) => id === "leftovers" && status === "pass");
  return left && (left.detail === "none" ? "no object of that test is on it" : left.detail);
}

/** What was not done because it was not to be. */
function leftAlone({ existing_keys: existing, keys = [] }: TokenReport): string {
  if (existing === undefined) return "";
  if (keys.length === 0) return "; keys on the token were not used to sign, as asked for";
  return keys.length === 1
    ? "; the signing key that is on it was only listed, as asked for"
    : `; the ${keys.length} signing keys that are on it were only listed, as asked for`;
}

const said: Readonly<Record<Proven, string>> = {
  "signed-existing-key": "signed with a key that is on it",
  "signed-session-key": "signed with a key made in the session",
  "signed-token-key": "signed with a key made on it for the test",
  "logged-in": "logged in, but nothing was signed",
  reached: "reached, but nobody logged in",
  nothing: "nothing is proven",
};

function because(token: TokenReport): string {
  const failure = firstFailure(token);
  if (failure !== undefined) {
    if (!isSigned(token.proven)) return ` (${failureText(failure)})`;
    return checkTable[failure.id].proof === "signed"
      ? ", which is less than was asked for"
      : `, but ${failure.id} failed`;
  }
  return token.unsigned === undefined || token.proven === "reached" ? "" : ` (${token.unsigned})`;
}

/**
 * Why there is no correct signature by a token although no check failed. Undefined if something was signed,
 * if the test failed, which is reported as such, or if it was not to sign anything.
 */
export function whyNothingSigned(proven: Proven, checks: readonly CheckResult[]): string | undefined {
  if (isSigned(proven) || checks.some(({ status }) => status === "fail")) return undefined;
  if (!checks.some(({ id }) => checkTable[id].proof === "signed")) return undefined;
  return reasons(checks) ?? "the test did not get that far";
}

/** Why the checks that lead to a signature had nothing to do; undefined if they do not say. */
export function reasons(checks: readonly CheckResult[]): string | undefined {
  const details = checks
    .filter(({ id, status }) => checkTable[id].proof === "towards" && status === "skip")
    .map(({ detail }) => detail ?? "");
  // the check that should have made the key says why there is none
  const told = new Set(details.filter((detail) => detail !== "" && !/^no (RSA|EC) key$/.test(detail)));
  return told.size === 0 ? undefined : [...told].join(", ");
}
