import { parse, type TomlTable } from "smol-toml";
import type { EntryEditor, EntryFault } from "./entry-editor.js";
import { hashComments, markedBlocks } from "./marked-blocks.js";

/**
 * Entries at the end of a TOML 1.0 text. Each must begin with a table header, so that it belongs to no table
 * before it. The whole text is read by a parser, before and after: `refuses` may look at it too.
 */
export function tomlBlocks(refuses: (table: TomlTable) => string | undefined = () => undefined): EntryEditor {
  const blocks = markedBlocks({ comments: hashComments });
  return { ...blocks, fault: (text) => blocks.fault(text) ?? tomlFault(text, refuses) };
}

function tomlFault(text: string, refuses: (table: TomlTable) => string | undefined): EntryFault | undefined {
  const read = readToml(text);
  if ("reason" in read) return read;
  const reason = refuses(read.table);
  return reason === undefined ? undefined : { offset: text.length, reason };
}

function readToml(text: string): { readonly table: TomlTable } | EntryFault {
  try {
    // a byte order mark is not one of TOML's characters, and its readers skip it
    return { table: parse(text.replace(/^\uFEFF/, "")) };
  } catch (error) {
    // its message quotes the text
    const { line, column } = placeIn(error);
    return { offset: offsetOf(text, line, column), reason: "it is not valid TOML" };
  }
}

function placeIn(error: unknown): { readonly line: number; readonly column: number } {
  if (error instanceof Error && "line" in error && "column" in error)
    return { line: Number(error.line), column: Number(error.column) };
  throw error;
}

function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n").slice(0, line - 1);
  return Math.min(text.length, lines.reduce((sum, one) => sum + one.length + 1, 0) + column - 1);
}

/** A TOML basic string (TOML 1.0, "String"). */
export function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}
