import { structuredPatch } from "diff";
import { modeText } from "../../formats/text/mode-text.js";
import { shownUrl } from "../../problem/problem.js";
import type { Change, WriteFile } from "../../workflow/change.js";

/**
 * A change in the `--json` documents: `{"step","kind","path",…}`, modes as octal text, a file's content as
 * the lines of its diff. Schema: schemas/report.schema.json.
 */
export function changeJson(change: Change): Readonly<Record<string, unknown>> {
  const { step, kind, path } = change;
  const common = { step, kind, path };
  switch (change.kind) {
    case "write-file": {
      const { owner, group, mode, summary, sensitive } = change;
      return {
        ...common,
        owner,
        group,
        mode: modeText(mode),
        new: change.before === null,
        sensitive,
        ...(summary && { summary }),
        diff: fileDiff(change),
      };
    }
    // neither the text nor its hash, from which a short PIN could be found by trying
    case "write-settings":
      return {
        ...common,
        owner: change.owner,
        group: change.group,
        mode: modeText(change.mode),
        new: change.before === null,
        summary: change.summary,
      };
    case "create-folder":
      return { ...common, owner: change.owner, group: change.group, mode: modeText(change.mode) };
    case "set-mode":
      return { ...common, from: modeText(change.from), mode: modeText(change.mode) };
    case "set-owner":
      return { ...common, from: change.from, owner: change.owner, group: change.group };
    case "restart-service": {
      const { unit, health, timeoutSeconds, because } = change;
      return { ...common, unit, health: health === null ? null : shownUrl(health), timeoutSeconds, because };
    }
    case "create-account":
    case "run-installer":
    case "register-library":
      return { ...change };
  }
}

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
