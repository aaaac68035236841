import { structuredPatch } from "diff";
import type { WriteFile } from "../workflow/change.js";

/**
 * Lines of a unified diff without its file header, each with its mark (`@`, ` `, `+`, `-`). Nothing for
 * sensitive content.
 */
export function fileDiff({ before, content, sensitive }: WriteFile): readonly string[] {
  if (sensitive) return [];
  const { hunks } = structuredPatch("", "", before ?? "", content, "", "", { context: 2 });
  return hunks.flatMap((hunk) => [
    ...(before === null ? [] : [`@@ line ${hunk.oldStart} @@`]),
    ...hunk.lines,
  ]);
}
