import { verbatim } from "../../language/spoken.js";
import { type Change, withKind } from "../../workflow/change.js";
import type { Plan, PlannedStep } from "../../workflow/plan.js";
import type { Output, Style } from "../terminal/output.js";
import { cleanLine } from "../text/clean-text.js";

/**
 * The plan for people: a paragraph for each step with changes or notes, diffs below the files, a count at the
 * end.
 */
export function planText(plan: Plan, output: Telling): string {
  return [...stepTexts(plan, output), countText(plan)].join("\n\n");
}

/** The paragraphs alone, without the count. */
export function stepTexts({ steps }: Pick<Plan, "steps">, output: Telling): readonly string[] {
  return steps.map((step) => stepText(step, output)).filter((text) => text !== "");
}

/** "3 changes", or that there are none; never that all is well if something could not be looked at. */
export function countText({ changes, problems, steps }: Plan): string {
  const blocked = problems.some(({ severity }) => severity === "error");
  if (changes.length > 0) {
    const count = changes.length === 1 ? "1 change" : `${changes.length} changes`;
    return blocked ? `${count}; what else would change is not known yet` : count;
  }
  if (blocked) return "no plan: something is in the way";
  if (steps.some(({ unseen }) => unseen === true))
    return "nothing to change in what could be seen; run it as root to see everything";
  return "nothing to change: the host is as the profile wants it";
}

type Telling = Pick<Output, "style" | "told">;

function stepText({ step, changes, notes }: PlannedStep, { style, told }: Telling): string {
  if (changes.length === 0 && notes.length === 0) return "";
  const lines = changes.flatMap((change) => changeLines(change, style));
  const said = notes.map((note) => style.dim(`  · ${cleanLine(told?.(note) ?? note)}`));
  return [style.bold(step.title), ...lines, ...said].join("\n");
}

function changeLines(change: Change, style: Style): string[] {
  const mark = changeMark(change) === "+" ? style.green("+") : style.yellow("~");
  return [`  ${mark} ${changeText(change)}`, ...contentLines(change, style).map((line) => `      ${line}`)];
}

/** One line for people: what the change does, without its content. */
export function changeText(change: Change): string {
  return cleanLine(withKind(change, (kind, one) => kind.text(one)));
}

/** The mark before a change: new, or changed. */
export function changeMark(change: Change): "+" | "~" {
  return withKind(change, (kind, one) => kind.isNew(one)) ? "+" : "~";
}

/** What the change means, and the lines of its content that change; nothing if its text says everything. */
export function contentLines(change: Change, style: Style): readonly string[] {
  return withKind(change, (kind, one) => [
    ...(kind.summary?.(one) ?? []).map(cleanLine),
    ...(kind.diff?.(one) ?? []).map((line) => verbatim(coloured(line, style))),
  ]);
}

function coloured(line: string, style: Style): string {
  if (line.startsWith("+")) return style.green(line);
  if (line.startsWith("-")) return style.red(line);
  return line.startsWith("@") ? style.dim(line) : line;
}

/**
 * A change in the `--json` documents: `{"step","kind","path",…}`, the rest depends on its kind. Schema:
 * `$defs/change` of schemas/report.schema.json.
 */
export function changeJson(change: Change): Readonly<Record<string, unknown>> {
  const { step, kind, path } = change;
  return { step, kind, path, ...withKind(change, (itsKind, one) => itsKind.json(one)) };
}

/** What can be said of a host after a run was taken back, and no more: each change was looked at itself. */
export const asBeforeText = "everything knetctl changed is back in its previous state (checked)";
