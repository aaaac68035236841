import { fieldsOf } from "../../formats/json/json-values.js";
import { journal as isValid } from "../../generated/validate-journal.js";
import { folderOf, joined, type AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import type { ChangeProgress, JournaledChange, JournalEntry, RecordedRun } from "./entry.js";

type Begin = JournalEntry & { readonly type: "begin" };

/**
 * The run that a journal's text records. Throws `journal-newer` if a later knetctl wrote it in a format
 * unknown to this one, `journal-damaged` (with its line) if it is not a journal. Pure.
 */
export function parseJournal(text: string, folder: AbsolutePath): RecordedRun {
  const file = joined(folder, "journal.jsonl");
  const entries = text
    .split("\n")
    .slice(0, -1)
    .map((line, index) => parseEntry(line, file, index + 1));
  const [begin, ...rest] = entries;
  if (begin?.type !== "begin" || !text.endsWith("\n"))
    throw damaged(
      file,
      entries.length + 1,
      "it does not begin with the run, or ends in the middle of a line",
    );
  return { ...summary(begin, rest), changes: progress(begin, rest, file), folder, text };
}

/** Whether a change was begun and is not known to be taken back: it may still be in effect. */
export function mayStand({ progress }: JournaledChange): boolean {
  return progress === "begun" || progress === "done" || progress === "undo-failed";
}

function parseEntry(line: string, file: AbsolutePath, number: number): JournalEntry {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw damaged(file, number, "it is not JSON");
  }
  if (isEntry(json)) return json;
  if (isOfLaterFormat(json)) throw newer(file, json.format);
  throw damaged(
    file,
    number,
    `it does not match the schema of journals: ${isValid.errors?.[0]?.message ?? "unknown entry"}`,
  );
}

function isEntry(json: unknown): json is JournalEntry {
  return isValid(json);
}

function isOfLaterFormat(json: unknown): json is { format: number } {
  const { format } = fieldsOf(json);
  return typeof format === "number" && format > 1;
}

function summary(
  { run, sequence, time, profile, who, version, owes = [] }: Begin,
  rest: readonly JournalEntry[],
) {
  const last = rest.findLast(({ type }) => type === "end" || type === "rollback");
  const common = { run, sequence, began: time, profile, who, version, owes };
  if (last?.type !== "end") return { ...common, outcome: "unfinished", problems: [] } as const;
  return { ...common, ended: last.time, outcome: last.outcome, problems: last.problems };
}

function progress(
  begin: Begin,
  rest: readonly JournalEntry[],
  file: AbsolutePath,
): readonly JournaledChange[] {
  const state = new Map<number, { progress: ChangeProgress; prior: unknown }>();
  for (const [index, entry] of rest.entries()) {
    if (!("number" in entry)) continue;
    const known = state.get(entry.number);
    const isFirst = entry.type === "intent";
    if (entry.number > begin.changes.length || isFirst !== (known === undefined))
      throw damaged(file, index + 2, `change ${entry.number} is out of order`);
    const prior = isFirst ? entry.prior : known?.prior;
    state.set(entry.number, { progress: isFirst ? "begun" : entry.type, prior });
  }
  return begin.changes.map((change, index) => ({
    number: index + 1,
    change,
    ...(state.get(index + 1) ?? { progress: "planned" }),
  }));
}

function damaged(file: AbsolutePath, line: number, detail: string): Problem {
  return new Problem("journal-damaged", "the journal of a run cannot be read", {
    where: { path: file, line },
    detail,
    hint:
      "find out what wrote to it; the files beside it hold the state before the run; to go on without " +
      `it, move ${folderOf(file)} away`,
  });
}

function newer(file: AbsolutePath, format: number): Problem {
  return new Problem("journal-newer", "a later version of knetctl wrote this journal", {
    where: { path: file },
    detail: `its format is ${format}, this version knows 1`,
    hint: "use the knetctl that made the run, or a later one",
  });
}
