import type { ChangeProgress, JournaledChange, RecordedRun } from "../../workflow/journal/entry.js";
import { asWord, spokenWord } from "../../language/spoken.js";
import type { Problem } from "../../problem/problem.js";
import { valueWithoutUrlSecrets } from "../../problem/without-url-secrets.js";
import { stands } from "../../workflow/undo/later-runs.js";
import { changeText, contentLines } from "./plan-text.js";
import { cleanLine } from "../text/clean-text.js";
import type { Style } from "../terminal/output.js";
import { displayWidth } from "../text/width.js";
import { table, type Column } from "../text/table.js";
import { timeText } from "../text/time-text.js";

/**
 * One line for each run, the latest first. If lines would be wider than `width`, the runs' names are left
 * out, since their numbers are enough, and then the beginnings of profiles' paths.
 */
export function historyText(runs: readonly RecordedRun[], style: Style, width = Infinity): string {
  if (runs.length === 0) return "no run of knetctl is recorded yet";
  const rows = runs.map((run) => [
    String(run.sequence),
    timeText(run.began),
    run.who,
    outcomeText(run),
    countText(run),
    valueWithoutUrlSecrets(run.profile),
    run.run,
  ]);
  const columns: Column[] = [
    { title: "run", align: "right" },
    { title: "when" },
    { title: "who" },
    { title: "outcome", areWords: true, paint: painted(style) },
    { title: "changes", align: "right" },
    { title: "profile" },
    { title: "name" },
  ];
  if (widthOf(rows, columns) <= width) return table(rows, columns);
  const unnamed = columns.slice(0, -1);
  const room =
    width -
    widthOf(
      rows.map((row) => row.slice(0, -2)),
      unnamed,
    ) +
    displayWidth(spokenWord("profile"));
  return table(
    rows.map((row) => row.map((cell, index) => (index === unnamed.length - 1 ? tailOf(cell, room) : cell))),
    unnamed,
  );
}

function widthOf(rows: readonly (readonly string[])[], columns: readonly Column[]): number {
  return Math.max(
    ...table(
      rows,
      columns.map(({ title, align = "left" }) => ({ title, align })),
    )
      .split("\n")
      .map(displayWidth),
  );
}

/** The end of a path, which says more than its beginning. */
function tailOf(text: string, room: number): string {
  const clean = cleanLine(text);
  return clean.length <= room ? clean : `…${clean.slice(-Math.max(room - 1, leastOfProfile))}`;
}

const leastOfProfile = 12;

/**
 * One run in full: who, when, how it ended, each change and how far it got, and what can be done with it now.
 */
export function runText(
  run: RecordedRun,
  inTheWay: readonly Problem[],
  rollback: string,
  style: Style,
): string {
  const head: readonly (readonly [string, string])[] = [
    [spokenWord("began"), timeText(run.began)],
    [spokenWord("ended"), run.ended === undefined ? "not known" : timeText(run.ended)],
    [spokenWord("who"), run.who],
    [spokenWord("profile"), valueWithoutUrlSecrets(run.profile)],
    ["knetctl", run.version],
    [spokenWord("outcome"), spokenWord(outcomeText(run))],
    [spokenWord("record"), run.folder],
  ];
  const width = Math.max(8, ...head.map(([name]) => name.length));
  return [
    style.bold(cleanLine(`run ${run.sequence}  ${run.run}`)),
    ...head.map(([name, value]) => `  ${name.padEnd(width)} ${cleanLine(value)}`),
    "",
    ...changesText(run.changes, style),
    ...(run.problems.length === 0 ? [] : ["", ...run.problems.map(problemLine)]),
    "",
    whatNow(run, inTheWay, rollback),
  ].join("\n");
}

function problemLine({ severity, title, where }: RecordedRun["problems"][number]): string {
  const place = where === undefined ? "" : ` (${cleanLine(where.path)})`;
  return `  ${spokenWord(`${severity}:`)} ${cleanLine(title)}${place}`;
}

/**
 * "applied", "rolled back", "failed", "unfinished"; says if some changes of a failed run are still in place.
 */
export function outcomeText(run: RecordedRun): string {
  return run.outcome === "failed" && stands(run) ? "failed, changes kept" : outcomes[run.outcome];
}

const outcomes: Readonly<Record<RecordedRun["outcome"], string>> = {
  applied: asWord("applied"),
  "rolled-back": "rolled back",
  failed: asWord("failed"),
  unchanged: asWord("unchanged"),
  unfinished: asWord("unfinished"),
};

function whatNow(run: RecordedRun, inTheWay: readonly Problem[], rollback: string): string {
  if (!stands(run)) return "nothing of it is left to take back";
  if (inTheWay.length === 0) return `${rollback} returns the host to the state before it`;
  const reasons = inTheWay.flatMap(({ message, where, detail, hint }) => [
    `  ${cleanLine([message, where?.path, detail].filter((part) => part !== undefined).join(": "))}`,
    ...(hint === undefined ? [] : [`    ${hint.replaceAll("\n", "\n    ")}`]),
  ]);
  return ["it cannot simply be taken back now:", ...reasons].join("\n");
}

/** What became of a change stands before it, in a column that is as wide as the longest. */
function changesText(changes: readonly JournaledChange[], style: Style): readonly string[] {
  const states = changes.map(({ progress }) => spokenWord(words[progress]));
  const width = Math.max(usualWidth, ...states.map(displayWidth));
  return changes.flatMap(({ change }, at) => {
    const state = states[at] ?? "";
    return [
      `  ${state}${" ".repeat(width - displayWidth(state))} ${changeText(change)}`,
      ...contentLines(change, style).map((line) => `${" ".repeat(width + 1)}${line}`),
    ];
  });
}

const usualWidth = 11;

const words: Readonly<Record<ChangeProgress, string>> = {
  planned: "not begun",
  begun: asWord("begun"),
  done: asWord("done"),
  undone: "taken back",
  "undo-failed": "not taken back",
};

function countText({ changes }: RecordedRun): string {
  return String(changes.length);
}

function painted(style: Style): (cell: string, english: string) => string {
  return (cell, english) =>
    english.startsWith("applied")
      ? style.green(cell)
      : english.startsWith("rolled")
        ? style.yellow(cell)
        : style.red(cell);
}
