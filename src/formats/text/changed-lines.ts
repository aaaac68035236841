import { structuredPatch } from "diff";

/**
 * Lines of a unified diff without its header, each with its mark (`@ +-`). `before`: null for a new file.
 * `lineOf`: the number to show for a line of `before`, where that is not the whole file.
 */
export function changedLines(
  before: string | null,
  after: string,
  lineOf: (line: number) => number = (line) => line,
): readonly string[] {
  const { hunks } = structuredPatch("", "", before ?? "", after, "", "", { context: 2 });
  return hunks.flatMap(({ oldStart, lines }) => [
    ...(before === null ? [] : [`@@ line ${lineOf(oldStart)} @@`]),
    ...lines,
  ]);
}
