import { foldKey, partOf } from "../keys.js";
import { iniLines, isQuoted, isWhiteSpace } from "./ini-lines.js";
import type { IniLines } from "./ini-lines.js";
import type { LineEditor } from "./line-editor.js";
import type { LineForm, Pair } from "./line-form.js";
import type { Line } from "./read-lines.js";
import { lineSettings, plainLine } from "./line-settings.js";
import type { SettingsReading } from "../settings-text.js";
import { markReason } from "../settings-text.js";

const ini: LineForm<IniLines> = {
  read: iniLines,
  cannotHold: iniCannotHold,
  lastPart: (name) => name.lastIndexOf(":") + 1,
  written: iniValue,
  headerOf: ({ blocks }, section) => blocks.findLast(({ prefix }) => foldKey(prefix) === section)?.header,
  addSection,
  removedWith,
};

/** Reads settings in an ini file. */
export function readIniSettings(text: string): SettingsReading {
  return lineSettings(ini, text);
}

/** As it is, or in quotes when it would lose something or had them before. */
function iniValue(value: string, name: string, replaced: string): string {
  const loses =
    isQuoted(value) || isWhiteSpace(value.charAt(0)) || isWhiteSpace(value.charAt(value.length - 1));
  const looksLikeHeader = name.startsWith("[") && value.endsWith("]");
  return loses || looksLikeHeader || isQuoted(replaced) ? `"${value}"` : value;
}

/** A new section stands at the end, after a blank line. Keys without a section stand before the first one. */
function addSection(editor: LineEditor, { lines, blocks }: IniLines, pairs: readonly Pair[]): void {
  const key = pairs[0]?.[0] ?? "";
  const added = pairs.map(([key, value]) => plainLine(ini, partOf(key), value));
  if (!key.includes(":")) editor.insertAfter(blocks.length > 0 ? undefined : lines.at(-1), added);
  else
    editor.insertAfter(lines.at(-1), [
      ...(editor.empty ? [] : [""]),
      `[${key.slice(0, key.lastIndexOf(":"))}]`,
      ...added,
    ]);
}

/**
 * A section that loses its last setting loses its header too, with a blank line before that, unless somebody
 * wrote comments in it.
 */
function removedWith({ lines, blocks, blank }: IniLines, gone: ReadonlySet<Line>): ReadonlySet<Line> {
  const removed = new Set(gone);
  for (const { header, assignments, comments } of blocks) {
    if (assignments.length === 0 || comments.size > 0 || !assignments.every(({ line }) => gone.has(line)))
      continue;
    removed.add(header);
    const before = lines[lines.indexOf(header) - 1];
    if (before !== undefined && blank.has(before)) removed.add(before);
  }
  return removed;
}

/** Why `[section]` and `name=value` would not be read as this setting; undefined when they are. */
export function iniCannotHold(key: string, value: string): string | undefined {
  if (/[\r\n]/.test(value)) return "an ini file cannot hold a line break in a value";
  const section = key.slice(0, Math.max(0, key.lastIndexOf(":")));
  const name = partOf(key);
  if (/[\r\n]/.test(key)) return "an ini file cannot hold a line break in a name";
  if ([section, name].some(hasOuterWhiteSpace)) return "an ini file loses white space at the ends of a name";
  if (name.includes("=")) return "an ini file ends a name at its first equals sign";
  if (/^[;#/]/.test(name)) return "an ini file takes a name that begins with ; # or / for a comment";
  if (section === "" && name.startsWith("\uFEFF")) return markReason;
  return undefined;
}

function hasOuterWhiteSpace(text: string): boolean {
  return isWhiteSpace(text.charAt(0)) || isWhiteSpace(text.charAt(text.length - 1));
}
