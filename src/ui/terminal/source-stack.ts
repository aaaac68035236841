import { isRecord } from "../../formats/json/json-values.js";
import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, join } from "node:path";

/**
 * The stack of an error with places in the source instead of the bundle, using program.cjs.map beside the
 * program's script; the original stack if that file is missing or does not match.
 */
export function sourceStack({ stack = "" }: Error, script: string): string {
  try {
    const map: unknown = JSON.parse(readFileSync(join(dirname(script), "program.cjs.map"), "utf8"));
    if (!isSourceMap(map)) return stack;
    const source = new SourceMap(map);
    return stack.replace(/[^\s()]*program\.cjs:(\d+):(\d+)/g, (place, line: string, column: string) => {
      // both count from 0
      const found = source.findEntry(Number(line) - 1, Number(column) - 1);
      if (!("originalSource" in found)) return place;
      const file = found.originalSource.replace(/^(\.\.\/)+/, "");
      return `${file}:${found.originalLine + 1}:${found.originalColumn + 1}`;
    });
  } catch {
    return stack;
  }
}

function isSourceMap(value: unknown): value is SourceMapPayload {
  return isRecord(value) && "mappings" in value && "sources" in value;
}
