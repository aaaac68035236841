import { asWord } from "../../language/spoken.js";
import type { Output, Style } from "../../ui/terminal/output.js";
import { table } from "../../ui/text/table.js";
import type { Checked, Status } from "./check.js";

/** A line for each check: its name, whether it is right, and what was seen. */
export function checkedTable(checked: readonly Checked[], style: Style): string {
  const [titles = "", ...lines] = table(
    checked.map(({ id, status, text }) => [id, words[status], text]),
    [
      { title: "check" },
      { title: "status", areWords: true, paint: (cell, english) => painted(cell, english, style) },
      { title: "seen", areWords: true },
    ],
  ).split("\n");
  return [style.dim(titles), ...lines].join("\n");
}

const words: Readonly<Record<Status, string>> = {
  ok: asWord("ok"),
  warn: asWord("warn"),
  fail: asWord("fail"),
  skipped: asWord("skipped"),
};

function painted(cell: string, status: string, style: Style): string {
  if (status === words.ok) return style.green(cell);
  if (status === words.warn) return style.yellow(cell);
  return status === words.fail ? style.red(cell) : style.dim(cell);
}

/** All in one line, with what is to be done next. */
export function verdictLine(
  checked: readonly Checked[],
  { isRoot, output }: { readonly isRoot: boolean; readonly output: Pick<Output, "style"> },
): string {
  const { style } = output;
  const count = (wanted: Status): number => checked.filter(({ status }) => status === wanted).length;
  const [failed, warned, skipped] = [count("fail"), count("warn"), count("skipped")];
  const parts = [
    `${count("ok")} ok`,
    ...(warned > 0 ? [`${warned} warn`] : []),
    ...(failed > 0 ? [`${failed} fail`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  const verdict =
    failed > 0
      ? style.red(style.bold("not fit"))
      : warned > 0
        ? style.yellow(style.bold("fit, with warnings"))
        : style.green(style.bold("fit"));
  const unseen = !isRoot && skipped > 0 ? "; run as root to see the rest" : "";
  return `${verdict}: ${parts.join(", ")}, of ${checked.length} checks${unseen}`;
}

/** The document of `doctor --json`. Schema: schemas/report.schema.json. */
export function doctorJson(checked: readonly Checked[]): object {
  const statuses = new Set(checked.map(({ status }) => status));
  return {
    checks: checked.map(({ id, status, text, problems }) => ({ id, status, text, problems })),
    verdict: statuses.has("fail") ? "not-fit" : statuses.has("warn") ? "fit-with-warnings" : "fit",
    problems: checked.flatMap(({ problems }) => problems),
  };
}
