import type { CheckResult, SmokeReport, StoreReport, TokenReport } from "../../pkcs11/report.js";
import { verdict } from "../../pkcs11/verdict.js";
import { cleanLine } from "../text/clean-text.js";
import type { Style } from "../terminal/output.js";
import { table, type Column } from "../text/table.js";

/**
 * The report for people: one table for each token; below a check that did not pass, its return value and what
 * to do; then the key stores. The last line is the verdict.
 */
export function smokeReportText(report: SmokeReport, style: Style): string {
  const tables = report.tokens.map((token) => tokenText(token, style));
  const stores = report.stores === undefined ? [] : [storesText(report.stores, style)];
  return [...tables, ...stores, `verdict: ${cleanLine(verdict(report))}`].join("\n\n");
}

function storesText(stores: readonly StoreReport[], style: Style): string {
  const columns: readonly Column[] = [
    { title: "key store" },
    { title: "type" },
    { title: "status", paint: (cell) => paint(cell, style) },
    { title: "detail" },
  ];
  const rows = stores.map(({ name, type, status, detail }) => [name, type, status, detail]);
  const [titles = "", ...lines] = table(rows, columns).split("\n");
  return [style.dim(titles), ...lines].join("\n");
}

/**
 * For the line that says how it ended: that nothing was signed, or not with every token, and why; empty if
 * there is nothing to say.
 */
export function unsignedText({ tokens, skipped = [] }: SmokeReport): string {
  const unsigned = [
    ...tokens.flatMap(({ label, unsigned: why }) =>
      why === undefined ? [] : [`token ${JSON.stringify(label)}: ${why}`],
    ),
    ...skipped,
  ];
  if (unsigned.length === 0) return "";
  return cleanLine(
    `${tokens.length > unsigned.length ? "nothing was signed with some tokens" : "nothing was signed"} ` +
      `(${unsigned.join("; ")})`,
  );
}

function tokenText(token: TokenReport, style: Style): string {
  const columns: readonly Column[] = [
    { title: "check" },
    { title: "status", paint: (cell) => paint(cell, style) },
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
  return [id, status, ms.toFixed(1), detail];
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
function paint(cell: string, style: Style): string {
  switch (cell.trim()) {
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
