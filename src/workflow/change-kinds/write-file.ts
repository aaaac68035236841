import { structuredPatch } from "diff";
import { modeText } from "../../formats/text/mode-text.js";
import type { ChangeKind } from "../change-kind.js";
import type { FileBefore } from "./kept-content.js";
import { type ReplaceFile, replaceFile } from "./replace-file.js";

export interface WriteFile extends ReplaceFile {
  readonly kind: "write-file";
  readonly content: string;
  /** The text it replaces; null for a new file. `apply` refuses when the file no longer holds it. */
  readonly before: string | null;
  /** True: content is never shown, only that it changes. */
  readonly sensitive: boolean;
  /** What the change means, in the profile's words, one line each: "connection hsm_1: removed". */
  readonly summary?: readonly string[];
}

export const writeFile: ChangeKind<WriteFile, FileBefore> = {
  ...replaceFile<WriteFile>({
    what: "file",
    content: ({ content }) => Buffer.from(content),
    isContent: ({ content }, now) => now.equals(Buffer.from(content)),
    isPlannedFrom: ({ before }, then) =>
      before === null ? then === undefined : then?.equals(Buffer.from(before)) === true,
  }),
  summary: ({ summary = [], sensitive }) => [...summary, ...(sensitive ? ["content: <changed>"] : [])],
  diff,
  json: (change) => {
    const { owner, group, mode, before, summary, sensitive } = change;
    return {
      owner,
      group,
      mode: modeText(mode),
      new: before === null,
      sensitive,
      ...(summary && { summary }),
      diff: diff(change),
    };
  },

  isWhole: true,
};

/** Nothing of sensitive content. */
function diff({ before, content, sensitive }: WriteFile): readonly string[] {
  if (sensitive) return [];
  const { hunks } = structuredPatch("", "", before ?? "", content, "", "", { context: 2 });
  return hunks.flatMap((hunk) => [
    ...(before === null ? [] : [`@@ line ${hunk.oldStart} @@`]),
    ...hunk.lines,
  ]);
}
