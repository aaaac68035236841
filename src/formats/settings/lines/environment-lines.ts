import { foldKey } from "../keys.js";
import type { LineForm } from "./line-form.js";
import type { Assignment, Line, ReadLines } from "./read-lines.js";
import { plainLine } from "./line-settings.js";
import type { Setting, SettingsFault } from "../settings-text.js";
import { lastPartOf, variableOf } from "./variable-key.js";

/** A file of environment variables, which .NET then reads: `__` in a name stands for `:`. */
export interface EnvironmentLines extends ReadLines {
  /** The last line that may have another after it; undefined when new ones have to be the first. */
  readonly tail: Line | undefined;
}

/** What has been read of such a file, whatever the rules of quoting. */
export type ScannedLines = Pick<EnvironmentLines, "start" | "lines" | "tail" | "assignments" | "faults">;

/** The variables as .NET reads them. `taken` says which values are handed on to it. */
export function environmentLines(
  text: string,
  scanned: ScannedLines,
  taken: (value: string) => boolean,
): EnvironmentLines {
  const faults = [...scanned.faults, ...nulFaults(text), ...clashes(text, scanned.assignments)];
  const counting = new Map(scanned.assignments.map((one) => [foldKey(one.key), one]));
  const settings = scanned.assignments.flatMap(({ key, value, name }): Setting[] => {
    const counts = counting.get(foldKey(key))?.name === name && value !== undefined && taken(value);
    return counts ? [{ key, value, offset: name.start }] : [];
  });
  return { ...scanned, text, settings, faults };
}

function nulFaults(text: string): SettingsFault[] {
  const offset = text.indexOf("\0");
  return offset < 0 ? [] : [{ kind: "syntax", offset, reason: "no environment variable can hold a NUL" }];
}

/**
 * Of one name given twice the last value counts; of two names for one key, .NET takes that which it happens
 * to see last.
 */
function clashes(text: string, assignments: readonly Assignment[]): SettingsFault[] {
  const first = new Map<string, Assignment>();
  const spelled = ({ name }: Assignment): string => text.slice(name.start, name.end);
  return assignments.flatMap((one): SettingsFault[] => {
    const { key, name } = one;
    const before = first.get(foldKey(key)) ?? one;
    first.set(foldKey(key), before);
    if (spelled(before) !== spelled(one)) {
      return [
        {
          kind: "ambiguous",
          offset: name.start,
          reason:
            "a variable before this one means the same setting under another name, and which of them " +
            "counts is not defined",
          key,
        },
      ];
    }
    if ((before.value === undefined) === (one.value === undefined)) return [];
    return [
      {
        kind: "ambiguous",
        offset: name.start,
        reason: "this variable is both given a value and left to the caller's environment",
        key,
      },
    ];
  });
}

/**
 * What forms of environment variables have in common: there are no headers, and each line stands for itself.
 */
export function environmentForm(
  own: Pick<LineForm<EnvironmentLines>, "read" | "cannotHold" | "written">,
): LineForm<EnvironmentLines> {
  return {
    ...own,
    lastPart: lastPartOf,
    headerOf: () => undefined,
    addSection: (editor, { tail }, pairs) => {
      editor.insertAfter(
        tail,
        pairs.map(([key, value]) => plainLine(own, variableOf(key), value)),
      );
    },
    removedWith: (_, gone) => gone,
  };
}
