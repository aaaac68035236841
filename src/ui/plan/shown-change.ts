import { type Change, withKind } from "../../workflow/change.js";
import type { Style } from "../terminal/output.js";
import { cleanLine } from "../text/clean-text.js";

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
    ...(kind.diff?.(one) ?? []).map((line) => coloured(line, style)),
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
