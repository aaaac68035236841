import { checkTable } from "../../pkcs11/check-table.js";
import type {
  CheckResult,
  ConsumerReport,
  SmokeReport,
  StoreReport,
  TokenReport,
} from "../../pkcs11/report.js";
import { isError, type Problem } from "../../problem/problem.js";
import { type Check, type Checked, type Finding, findingOf, problemChecks } from "./checked.js";

/** What `smoke` checked; `problems` are those of its inputs. */
export function smokeChecked(report: SmokeReport, problems: readonly Problem[]): Checked {
  return {
    checks: [...smokeChecks(report), ...problemChecks(problems)],
    findings: [...problems.map(findingOf), ...report.tokens.flatMap(tokenFindings)],
  };
}

/**
 * A check for each of the tests of each token, for each key store and consumer, and for each proof that was
 * left out.
 */
export function smokeChecks({
  tokens,
  stores = [],
  consumers = [],
  skipped = [],
}: SmokeReport): readonly Check[] {
  return [
    ...tokens.flatMap(tokenChecks),
    ...stores.map((store) => namedCheck("key-store", store)),
    ...consumers.map((consumer) => namedCheck("consumer", consumer)),
    ...skipped.map(({ text: why }): Check => ({
      group: "smoke-test",
      name: "smoke test",
      status: "skip",
      message: why,
    })),
  ];
}

/** Warnings of tests, key stores and consumers, which are not problems of their own. */
export function warningsOf({ tokens, stores = [], consumers = [] }: SmokeReport): readonly Finding[] {
  return [
    ...tokens.flatMap(tokenFindings).filter(({ severity }) => severity === "warning"),
    ...stores.flatMap((store) => namedWarning("key-store", "key store", store)),
    ...consumers.flatMap((consumer) => namedWarning("consumer", "consumer", consumer)),
  ];
}

function namedWarning(
  code: string,
  what: string,
  { name, status, detail }: StoreReport | ConsumerReport,
): readonly Finding[] {
  if (status !== "warn") return [];
  return [{ code, severity: "warning", title: `${what} ${JSON.stringify(name)}: ${detail}` }];
}

function tokenChecks(token: TokenReport): readonly Check[] {
  const group = tokenName(token);
  if (token.checks.length === 0)
    return [{ group, name: "smoke test", status: "fail", message: "nothing was checked" }];
  return token.checks.map((check) => {
    const { id, status, ms, detail, ckr } = check;
    const message = detail ?? ckr;
    return {
      group,
      name: id,
      status: status === "info" ? "pass" : status,
      ms,
      ...(message !== undefined && { message }),
      type: id,
      text: checkText(check),
    };
  });
}

function namedCheck(group: string, { name, type, status, detail }: StoreReport | ConsumerReport): Check {
  return { group, name: `${name} (${type})`, status, message: detail, type: group };
}

function tokenFindings(token: TokenReport): readonly Finding[] {
  return token.checks
    .filter(({ status }) => status === "fail" || status === "warn")
    .map(({ id, status, detail, ckr, hint }): Finding => ({
      code: id,
      severity: status === "fail" ? "error" : "warning",
      title: `${tokenName(token)}: ${id}: ${detail ?? ckr ?? "failed"}`,
      ...(ckr !== undefined && detail?.includes(ckr) !== true && detail !== undefined && { detail: ckr }),
      ...(hint !== undefined && { hint }),
    }));
}

/** What should be so, what was seen, and what to do. */
function checkText({ id, detail, ckr, hint }: CheckResult): string {
  return [
    checkTable[id].title,
    ...(detail === undefined ? [] : [detail]),
    ...(ckr === undefined || detail?.includes(ckr) === true ? [] : [ckr]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ].join("\n");
}

function tokenName({ label }: TokenReport): string {
  return label === "" ? "token" : `token ${JSON.stringify(label)}`;
}

/** Whether a problem only repeats which check of a token failed. */
export function repeatsCheck({ tokens }: SmokeReport, problem: Problem): boolean {
  return (
    problem.code.startsWith("smoke-") &&
    isError(problem) &&
    tokens.some(({ checks }) => checks.some(({ status }) => status === "fail"))
  );
}
