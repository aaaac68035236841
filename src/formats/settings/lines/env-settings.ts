import { utf8Length } from "../../text/utf8.js";
import { markReason, type SettingsFault, type SettingsReading } from "../settings-text.js";
import {
  environmentForm,
  environmentLines,
  type EnvironmentLines,
  keyOfVariable,
  variableCannotName,
  variableOf,
} from "./environment-lines.js";
import { lineSettings, plainLine } from "./line-settings.js";
import { afterMark, type Assignment, isWhiteSpace, type Line, linesOf, trimmedStart } from "./read-lines.js";

/** Docker reads lines into a buffer of 64 KiB, in which the line feed has to fit too. */
const greatestLine = 64 * 1024 - 1;

const env = environmentForm({ read: envLines, cannotHold: envCannotHold, written: (value) => value });

/** Reads settings in a file for `docker run --env-file`. */
export function readEnvSettings(text: string): SettingsReading {
  return lineSettings(env, text);
}

/** Why `name=value` would not be read as this setting; undefined if it would. */
export function envCannotHold(key: string, value: string): string | undefined {
  const name = variableOf(key);
  if (value.includes("\n")) return "a file for Docker cannot hold a line break in a value";
  if (value.endsWith("\r")) return "a file for Docker loses a carriage return at the end of a value";
  if (/[ \t=\n]/.test(name))
    return "Docker does not accept a space, tab, line feed or equals sign in a variable's name";
  if (name.startsWith("#")) return "Docker takes a name that begins with # for a comment";
  if (isWhiteSpace(name.charAt(0))) return "Docker drops white space before a variable's name";
  if (name.startsWith("\uFEFF")) return markReason;
  // a line may end with a carriage return too
  if (utf8Length(plainLine(env, name, value)) + 1 > greatestLine) return tooLong;
  return variableCannotName(key);
}

const tooLong = "Docker reads no line of 64 KiB or more";

/**
 * Reads the text as Docker does: everything after the equals sign is the value, including quotes and spaces.
 */
function envLines(text: string): EnvironmentLines {
  const start = afterMark(text);
  // one carriage return is dropped with the line feed, or at the end of the text
  const lines = linesOf(text, start, /(\r?\n)|\r$/g);
  const assignments: Assignment[] = [];
  const faults: SettingsFault[] = [];
  for (const line of lines) {
    const length = utf8Length(text.slice(line === lines[0] ? 0 : line.start, line.next));
    if (length - Number(line.ended) > greatestLine)
      faults.push({ kind: "syntax", offset: line.start, reason: tooLong });
    const from = trimmedStart(text, line);
    if (from === line.end || text.charAt(from) === "#") continue;
    const assignment = assignmentIn(text, line, from);
    const reason = nameFault(text.slice(assignment.name.start, assignment.name.end));
    if (reason === undefined) assignments.push(assignment);
    else faults.push({ kind: "syntax", offset: from, reason });
  }
  return environmentLines(text, { start, lines, tail: lines.at(-1), assignments, faults }, () => true);
}

/** A name without an equals sign gets its value from the environment in which Docker is run. */
function assignmentIn(text: string, line: Line, from: number): Assignment {
  const equals = text.slice(from, line.end).indexOf("=");
  const nameEnd = equals < 0 ? line.end : from + equals;
  const written = { start: equals < 0 ? line.end : nameEnd + 1, end: line.end };
  const value = equals < 0 ? undefined : text.slice(written.start, written.end);
  return {
    line,
    key: keyOfVariable(text.slice(from, nameEnd)),
    value,
    name: { start: from, end: nameEnd },
    written,
  };
}

function nameFault(name: string): string | undefined {
  if (name === "") return "there is no name before the equals sign";
  return /[ \t]/.test(name) ? "there is a space in the variable's name, which Docker refuses" : undefined;
}
