import {
  leavesUnsigned,
  type CheckResult,
  type ConsumerReport,
  type SmokeReport,
  type StoreReport,
  type TokenReport,
} from "../../pkcs11/report.js";
import { tokenVerdict, verdict } from "../../pkcs11/verdict.js";
import { asWord, spokenWord } from "../../language/spoken.js";
import { cleanLine } from "../text/clean-text.js";
import type { Style } from "../terminal/output.js";
import { table, type Column } from "../text/table.js";

/**
 * The report for people: one table for each token; below a check that did not pass, its return value and what
 * to do; then the key stores and the consumers. The last line is the verdict.
 */
export function smokeReportText(report: SmokeReport, style: Style): string {
  const tables = report.tokens.map((token) => tokenText(token, style));
  const stores = report.stores === undefined ? [] : [namedText("key store", report.stores, style)];
  const consumers = report.consumers === undefined ? [] : [consumersText(report.consumers, style)];
  return [...tables, ...stores, ...consumers, `verdict: ${cleanLine(verdict(report))}`].join("\n\n");
}

/**
 * The report in brief: a line for each token that passed, below it what it warns of and which keys are on
 * it; the table of one that did not.
 */
export function briefSmokeText(report: SmokeReport, style: Style): string {
  const { tokens, stores = [], consumers = [], skipped = [] } = report;
  const failed = tokens.filter(hasFailed);
  const passed = tokens.filter((token) => !hasFailed(token)).flatMap((token) => briefLines(token, style));
  const storesPassed = stores.every(({ status }) => status === "pass");
  const consumersPassed = consumers.every(({ status }) => status === "pass");
  const lines = [
    ...passed,
    ...(storesPassed ? stores.map((store) => namedLine("key store", store, style)) : []),
    ...(consumersPassed ? consumers.map((one) => namedLine("consumer", one, style)) : []),
  ];
  return [
    ...(lines.length === 0 ? [] : [lines.join("\n")]),
    ...failed.map((token) => tokenText(token, style)),
    ...(storesPassed ? [] : [namedText("key store", stores, style)]),
    ...(consumersPassed ? [] : [consumersText(consumers, style)]),
    ...(failed.length + skipped.length === 0 ? [] : [`verdict: ${cleanLine(verdict(report))}`]),
  ].join("\n\n");
}

function namedLine(what: string, { name, type, detail }: StoreReport | ConsumerReport, style: Style): string {
  return `${style.green("✓")} ${cleanLine(`${what} ${JSON.stringify(name)} (${type}): ${detail}`)}`;
}

const statuses: Readonly<Record<CheckResult["status"], string>> = {
  pass: asWord("pass"),
  info: asWord("info"),
  warn: asWord("warn"),
  fail: asWord("fail"),
  skip: asWord("skip"),
};

function hasFailed({ checks }: TokenReport): boolean {
  return checks.some(({ status }) => status === "fail");
}

function briefLines(token: TokenReport, style: Style): readonly string[] {
  const passed = token.checks.filter(({ status }) => status === "pass").length;
  const head = cleanLine(
    `${heading(token)}: ${passed === 1 ? "1 check" : `${passed} checks`} passed; ${tokenVerdict(token)}`,
  );
  const told = token.checks.filter(({ id, status }) => status === "warn" || id === "signing-keys");
  return [
    `${style.green("✓")} ${head}`,
    ...told.flatMap((check) => [toldLine(check, style), ...remarks(check, style)]),
  ];
}

function toldLine({ id, status, detail = "" }: CheckResult, style: Style): string {
  const warned = status === "warn" ? `${style.yellow(spokenWord(statuses.warn))} ` : "";
  return `  ${warned}${cleanLine(`${id}: ${detail}`)}`;
}

/** A table of what was found about consumers. */
export function consumersText(consumers: readonly ConsumerReport[], style: Style): string {
  return namedText("consumer", consumers, style);
}

function namedText(what: string, stores: readonly (StoreReport | ConsumerReport)[], style: Style): string {
  const columns: readonly Column[] = [
    { title: what },
    { title: "type" },
    { title: "status", areWords: true, paint: (cell, english) => paint(cell, english, style) },
    { title: "detail" },
  ];
  const rows = stores.map(({ name, type, status, detail }) => [name, type, statuses[status], detail]);
  const [titles = "", ...lines] = table(rows, columns).split("\n");
  return [style.dim(titles), ...lines].join("\n");
}

/**
 * For the line that says how it ended: that nothing was signed, or not with every token, and why; what else
 * was left out; empty if there is nothing to say.
 */
export function unsignedText({ tokens, skipped = [] }: SmokeReport): string {
  const unsigned = [
    ...tokens.flatMap(({ label, unsigned: why }) =>
      why === undefined ? [] : [`token ${JSON.stringify(label)}: ${why}`],
    ),
    ...skipped.filter(leavesUnsigned).map(({ text }) => text),
  ];
  const which =
    tokens.length > unsigned.length ? "nothing was signed with some tokens" : "nothing was signed";
  return [
    ...(unsigned.length === 0 ? [] : [`${which} (${unsigned.join("; ")})`]),
    ...skipped.filter((one) => !leavesUnsigned(one)).map(({ text }) => text),
  ]
    .map(cleanLine)
    .join("; ");
}

function tokenText(token: TokenReport, style: Style): string {
  const columns: readonly Column[] = [
    { title: "check" },
    { title: "status", areWords: true, paint: (cell, english) => paint(cell, english, style) },
    { title: "ms", align: "right" },
    { title: "detail" },
  ];
  const lines = table(token.checks.map(cells), columns).split("\n");
  const [titles = "", ...rows] = lines;
  const explained = rows.flatMap((row, index) => [row, ...remarks(token.checks[index], style)]);
  return [style.bold(cleanLine(heading(token))), style.dim(titles), ...explained].join("\n");
}

function heading({ label, serial, manufacturer }: TokenReport): string {
  const facts = [serial !== undefined && serial !== "" ? `serial ${serial}` : "", manufacturer ?? ""].filter(
    (fact) => fact !== "",
  );
  return [
    "token",
    label === "" ? "" : JSON.stringify(label),
    facts.length === 0 ? "" : `(${facts.join(", ")})`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function cells({ id, status, ms, detail = "" }: CheckResult): readonly string[] {
  return [id, statuses[status], ms.toFixed(1), detail];
}

function remarks(check: CheckResult | undefined, style: Style): readonly string[] {
  if (check === undefined || (check.status !== "fail" && check.status !== "warn")) return [];
  const code =
    check.ckr !== undefined && check.detail?.includes(check.ckr) !== true
      ? [`  ${cleanLine(check.ckr)}`]
      : [];
  const hint = check.hint === undefined ? [] : [`  ${style.dim("hint:")} ${cleanLine(check.hint)}`];
  return [...code, ...hint];
}

/** The cell is already padded; colour does not change its width. */
function paint(cell: string, english: string, style: Style): string {
  switch (english) {
    case "pass":
      return style.green(cell);
    case "warn":
      return style.yellow(cell);
    case "fail":
      return style.red(cell);
    default:
      return style.dim(cell);
  }
}
