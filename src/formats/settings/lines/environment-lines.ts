import { foldKey, type Setting, type SettingsFault } from "../settings-text.js";
import { type LineForm, plainLine } from "./line-settings.js";
import type { Assignment, Line, ReadLines } from "./read-lines.js";

/**
 * Variables that .NET takes for connection strings, whatever their names say: `SQLCONNSTR_Main` is
 * `ConnectionStrings:Main` (Microsoft.Extensions.Configuration.EnvironmentVariables). The `…_ProviderName`
 * that it adds to them is not a line of the file.
 */
const connectionString = /^(?:MYSQLCONNSTR_|SQLAZURECONNSTR_|SQLCONNSTR_|CUSTOMCONNSTR_)/i;
/** The same, but only in newer versions; to older ones these are names like any other. */
const newerConnectionString =
  /^(?:POSTGRESQL|APIHUB|DOCDB|EVENTHUB|NOTIFICATIONHUB|REDISCACHE|SERVICEBUS)CONNSTR_/i;

/** The setting that .NET makes of a variable: `__` in a name stands for `:`. */
export function keyOfVariable(name: string): string {
  const prefix = connectionString.exec(name)?.[0] ?? "";
  const key = name.slice(prefix.length).replaceAll("__", ":");
  return prefix === "" ? key : `ConnectionStrings:${key}`;
}

/** The variable's name for a key. */
export function variableOf(key: string): string {
  return key.replaceAll(":", "__");
}

/** Where the last part of the key begins in a variable's name. */
export function lastPartOf(name: string): number {
  let start = connectionString.exec(name)?.[0].length ?? 0;
  for (const {
    index,
    0: { length },
  } of name.matchAll(/__|:/g))
    start = Math.max(start, index + length);
  return start;
}

/** Why a key cannot be recovered from its variable's name; undefined if it can. */
export function variableCannotName(key: string): string | undefined {
  const name = variableOf(key);
  if (connectionString.test(name) || newerConnectionString.test(name))
    return "a variable whose name begins like this is a connection string to .NET";
  if (keyOfVariable(name) !== key)
    return "__ in a variable's name separates a key's parts: only the last can end in _, none can hold __";
  return undefined;
}

/** A file of environment variables, which .NET then reads: `__` in a name stands for `:`. */
export interface EnvironmentLines extends ReadLines {
  /** The last line that may be followed by another; undefined if new ones have to come first. */
  readonly tail: Line | undefined;
}

/** What has been read from such a file, whatever its quoting rules. */
export type ScannedLines = Pick<EnvironmentLines, "start" | "lines" | "tail" | "assignments" | "faults">;

/** The variables as .NET reads them. `taken` says which values are passed to it. */
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
 * If one name occurs twice, the last value counts; of two names for one key, .NET uses the one that it
 * happens to see last.
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

/** What forms of environment variables have in common: there are no headers, and each line is independent. */
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
