import { isRecord } from "../../formats/json/json-values.js";
import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, join } from "node:path";

/**
 * Gives the stack of an error with places in the source instead of the bundle, using program.cjs.map beside
 * the program's script, which is read when it is first needed; the original stack if that file is missing or
 * does not match, and the message of an error without one.
 */
export function sourceStacks(script: string): (error: Error) => string {
  let source: SourceMap | null | undefined;
  return ({ stack, message }) => {
    if (source === undefined) source = sourceMap(script);
    return source === null ? (stack ?? message) : inSource(stack ?? message, source);
  };
}

function sourceMap(script: string): SourceMap | null {
  try {
    const map: unknown = JSON.parse(readFileSync(join(dirname(script), "program.cjs.map"), "utf8"));
    return isSourceMap(map) ? new SourceMap(map) : null;
  } catch {
    return null;
  }
}

function inSource(stack: string, source: SourceMap): string {
  return stack.replace(/[^\s()]*program\.cjs:(\d+):(\d+)/g, (place, line: string, column: string) => {
    // both count from 0
    const found = source.findEntry(Number(line) - 1, Number(column) - 1);
    if (!("originalSource" in found)) return place;
    const file = found.originalSource.replace(/^(\.\.\/)+/, "");
    return `${file}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  });
}

function isSourceMap(value: unknown): value is SourceMapPayload {
  return isRecord(value) && "mappings" in value && "sources" in value;
}
