import { fieldsOf, parsedJson } from "../../../formats/json/json-values.js";
import type { Files } from "../../../host/host.js";
import type { AbsolutePath } from "../../../host/path.js";
import { privateModes } from "../../../host/rights.js";
import type { Problem } from "../../../problem/problem.js";
import type { Change } from "../../change.js";
import type { StepId } from "../../step-ids.js";

/**
 * A file of knetctl's own in which a step keeps, from run to run, what it has written: `{ format: 1, LIST:
 * [ENTRY, …] }`. Only root can read it; it holds no secret.
 */
export interface StepRecord<Entry> {
  readonly step: StepId;
  readonly path: AbsolutePath;
  /** The key of its list. */
  readonly list: string;
  /** The entry in a value of the list; undefined if it is not one. */
  readonly entry: (value: unknown) => Entry | undefined;
  readonly damaged: () => Problem;
}

/** The entries, and the text that they are from: none without a record. Throws what `damaged` says. */
export function readRecord<Entry>(
  files: Files,
  { path, list, entry, damaged }: StepRecord<Entry>,
): { readonly text: string | undefined; readonly written: readonly Entry[] } {
  const text = files.read(path)?.toString("utf8");
  if (text === undefined) return { text, written: [] };
  const { format, [list]: values } = fieldsOf(parsedJson(text));
  if (format !== 1 || !Array.isArray(values)) throw damaged();
  return {
    text,
    written: values.map((value) => {
      const one = entry(value);
      if (one === undefined) throw damaged();
      return one;
    }),
  };
}

/** Writes the record, if its text differs from `before`. The entries must be in an order of their own. */
export function recordUpdate<Entry>(
  { step, path, list }: StepRecord<Entry>,
  before: string | undefined,
  written: readonly Entry[],
  summary: string,
): readonly Change[] {
  const text = `${JSON.stringify({ format: 1, [list]: written }, null, 1)}\n`;
  if (text === before) return [];
  return [
    {
      kind: "write-file",
      step,
      path,
      owner: "root",
      group: "root",
      mode: privateModes.file,
      content: text,
      before: before ?? null,
      sensitive: false,
      summary: [summary],
    },
  ];
}
