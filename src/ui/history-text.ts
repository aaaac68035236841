import type { ChangeProgress, JournaledChange, RecordedRun } from "../workflow/journal/entry.js";
import type { Problem } from "../problem/problem.js";
import { changeText } from "./change-text.js";
import { cleanText } from "./clean-text.js";
import { contentLines } from "./plan-text.js";
import type { Style } from "./output.js";
import { table } from "./table.js";
import { timeText } from "./time-text.js";

/** One line a run, the latest first. */
export function historyText(runs: readonly RecordedRun[], style: Style): string {
  if (runs.length === 0) return "no run of knetctl has changed this host yet";
  const rows = runs.map((run) => [String(run.sequence), timeText(run.began), run.who, outcomeText(run), countText(run), run.profile, run.run]);
  return table(rows, [{ title: "run", align: "right" }, { title: "when" }, { title: "who" }, { title: "outcome", paint: painted(style) }, { title: "changes", align: "right" }, { title: "profile" }, { title: "name" }]);
}

/** One run whole: who, when, how it ended, each change and how far it came, and what can be done with it now. */
export function runText(run: RecordedRun, inTheWay: readonly Problem[], style: Style): string {
  const head: readonly (readonly [string, string])[] = [
    ["began", timeText(run.began)],
    ["ended", run.ended === undefined ? "not known" : timeText(run.ended)],
    ["who", run.who],
    ["profile", run.profile],
    ["knetctl", run.version],
    ["outcome", outcomeText(run)],
    ["record", run.folder],
  ];
  return [
    style.bold(`run ${run.sequence}  ${run.run}`),
    ...head.map(([name, value]) => `  ${name.padEnd(8)} ${cleanText(value)}`),
    "",
    ...run.changes.flatMap((change) => changeLines(change, style)),
    ...(run.problems.length === 0 ? [] : ["", ...run.problems.map(({ severity, title, where }) => `  ${severity}: ${cleanText(title)}${where === undefined ? "" : ` (${cleanText(where.path)})`}`)]),
    "",
    whatNow(run, inTheWay),
  ].join("\n");
}

/** "applied", "rolled back", "failed", "unfinished"; says when something of a failed run still stands. */
export function outcomeText({ outcome, changes }: RecordedRun): string {
  if (outcome === "rolled-back") return "rolled back";
  return outcome === "failed" && changes.some(isStanding) ? "failed, changes kept" : outcome;
}

function whatNow(run: RecordedRun, inTheWay: readonly Problem[]): string {
  if (!run.changes.some(isStanding)) return "nothing of it is left to take back";
  if (inTheWay.length === 0) return `knetctl rollback ${run.run} returns the host to the state before it`;
  const reasons = inTheWay.map(({ message, where, detail }) => `  ${cleanText([message, where?.path, detail].filter((part) => part !== undefined).join(": "))}`);
  return ["it cannot simply be taken back now:", ...reasons].join("\n");
}

function changeLines({ change, progress }: JournaledChange, style: Style): readonly string[] {
  const head = `  ${words[progress].padEnd(11)} ${cleanText(changeText(change))}`;
  return [head, ...contentLines(change, style).map((line) => `            ${line}`)];
}

const words: Readonly<Record<ChangeProgress, string>> = {
  planned: "not begun", begun: "begun", done: "done", undone: "taken back", "undo-failed": "not undone",
};

function isStanding({ progress }: JournaledChange): boolean {
  return progress === "done" || progress === "begun" || progress === "undo-failed";
}

function countText({ changes }: RecordedRun): string {
  return String(changes.length);
}

function painted(style: Style): (cell: string) => string {
  return (cell) => (cell.startsWith("applied") ? style.green(cell) : cell.startsWith("rolled") ? style.yellow(cell) : style.red(cell));
}
