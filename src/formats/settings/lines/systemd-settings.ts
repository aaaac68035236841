import type { DroppedLine, SettingsFault, SettingsReading } from "../settings-text.js";
import {
  environmentForm,
  environmentLines,
  type EnvironmentLines,
  keyOfVariable,
  variableCannotName,
  variableOf,
} from "./environment-lines.js";
import { lineSettings } from "./line-settings.js";
import type { Assignment, Line } from "./read-lines.js";
import { scanSystemdValue } from "./systemd-value.js";

const systemd = environmentForm({ read: systemdLines, cannotHold: systemdCannotHold, written: systemdValue });

/** Reads settings in a file for systemd's `EnvironmentFile=`. */
export function readSystemdSettings(text: string): SettingsReading {
  return lineSettings(systemd, text);
}

/** Why systemd would not pass this setting on unchanged; undefined if it would. */
export function systemdCannotHold(key: string, value: string): string | undefined {
  if (!isTakenValue(value))
    return "systemd drops a variable with a control character other than tab and line feed in its value";
  if (!isVariableName(variableOf(key)))
    return "systemd drops a variable whose name is not made of A-Z, a-z, 0-9 and _, or begins with a digit";
  return variableCannotName(key);
}

/** A value as a line of such a file gives it. */
export function systemdText(value: string): string {
  return systemdValue(value, "", "");
}

/**
 * As it is if nothing in it has a meaning to systemd, else in quotes: double ones, or the kind that was there
 * before.
 */
function systemdValue(value: string, _: string, replaced: string): string {
  if (replaced.startsWith("'") && !value.includes("'")) return `'${value}'`;
  if (/^[\w./:@%+,=-]*$/.test(value) && !replaced.startsWith('"')) return value;
  return `"${value.replace(/["\\`$]/g, "\\$&")}"`;
}

/**
 * Reads the text as systemd's parse_env_file does. A byte order mark is part of the first name, which is then
 * not valid.
 */
export function systemdLines(text: string): EnvironmentLines {
  const lines: Line[] = [];
  const assignments: Assignment[] = [];
  const faults: SettingsFault[] = [];
  const dropped: DroppedLine[] = [];
  let tail: Line | undefined;
  for (let at = 0; at < text.length; at = lines.at(-1)?.next ?? text.length) {
    const scanned = scanLine(text, at);
    lines.push(scanned.line);
    if (!scanned.goesOn) tail = scanned.line;
    if (scanned.goesOn && !/^[ \t]*(?:[\r\n#;]|$)/.test(text.slice(scanned.line.next))) {
      faults.push({
        kind: "ambiguous",
        offset: scanned.start,
        reason:
          "this comment ends with a backslash: before version 254, systemd reads the next line as part of it",
      });
    }
    if (scanned.assignment !== undefined) assignments.push(scanned.assignment);
    if (scanned.fault !== undefined) faults.push(scanned.fault);
    if (scanned.dropped !== undefined) dropped.push({ offset: scanned.start, reason: scanned.dropped });
  }
  return { ...environmentLines(text, { start: 0, lines, tail, assignments, faults }, isTakenValue), dropped };
}

/** What systemd accepts as a variable's name; lines with other names are ignored. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** Whether systemd passes the value on; a variable with any other value is ignored. */
export function isTakenValue(value: string): boolean {
  return !/[\0-\x08\v-\x1f\x7f]/.test(value);
}

interface ScannedLine {
  /** The offset of its first character that is not white space. */
  readonly start: number;
  readonly line: Line;
  readonly assignment?: Assignment;
  readonly fault?: SettingsFault;
  /** Why systemd ignores the line, which is neither blank nor a comment. */
  readonly dropped?: string;
  /** A comment that may include the next line. */
  readonly goesOn?: boolean;
}

function scanLine(text: string, lineStart: number): ScannedLine {
  const start = lineStart + matchAt(text, lineStart, /[ \t]*/y).length;
  if (/[#;]/.test(text.charAt(start))) return comment(text, lineStart, start);
  // a name has at least one character, even if it is an equals sign
  const before = matchAt(text, start, /[^\r\n][^=\r\n]*|/y);
  const equals = start + before.length;
  if (text.charAt(equals) !== "=")
    return {
      start,
      line: lineTo(text, lineStart, equals),
      ...(before !== "" && { dropped: "there is no equals sign in it" }),
    };
  const { value, written, end, fault } = scanSystemdValue(text, equals + 1);
  const line = lineTo(text, lineStart, end);
  const name = before.slice(0, before.length - endingIn(before, " \t"));
  const assignment = isVariableName(name)
    ? { line, key: keyOfVariable(name), value, name: { start, end: start + name.length }, written }
    : undefined;
  const dropped =
    assignment === undefined
      ? badName(name)
      : isTakenValue(value)
        ? undefined
        : "there is a control character in its value";
  return {
    start,
    line,
    ...(assignment && { assignment }),
    ...(fault && { fault }),
    ...(dropped !== undefined && { dropped }),
  };
}

/** What is wrong with a name that a variable cannot have. */
function badName(name: string): string {
  if (name.startsWith("\uFEFF")) return "there is a byte order mark before its name";
  if (/^export[ \t]/.test(name)) return "it begins with export, as in a shell";
  if (name.includes(":")) return "its name has a colon; in a variable's name it is written as __";
  return "its name is not made of A-Z, a-z, 0-9 and _, or begins with a digit";
}

/**
 * A backslash at the end of a comment matters before a line feed or a lone carriage return; of the two
 * together, it consumes the first.
 */
function comment(text: string, lineStart: number, start: number): ScannedLine {
  const content = matchAt(text, start, /[^\r\n]*/y);
  const line = lineTo(text, lineStart, start + content.length);
  return { start, line, goesOn: endingIn(content, "\\") % 2 === 1 && line.next - line.end !== 2 };
}

/** How many of these characters there are at the end of the text. */
function endingIn(text: string, chars: string): number {
  let count = 0;
  while (count < text.length && chars.includes(text.charAt(text.length - 1 - count))) count++;
  return count;
}

function lineTo(text: string, start: number, end: number): Line {
  const lineBreak = matchAt(text, end, /\r\n|\r|\n|/y);
  return { start, end, next: end + lineBreak.length, ended: lineBreak !== "" };
}

/** What the sticky pattern, which may match nothing, matches there. */
function matchAt(text: string, at: number, pattern: RegExp): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
