import type { JsonData } from "../formats/json/json-text.js";
import type { DataMap } from "./data.js";

/** Values of the program's own, which may be objects, as the data that a text of them is read as. */
export function dataFrom(content: ReadonlyMap<string, unknown>): DataMap {
  return new Map([...content].map(([key, value]) => [key, from(value)]));
}

function from(value: unknown): JsonData {
  if (value instanceof Map) return dataFrom(value as ReadonlyMap<string, unknown>);
  if (Array.isArray(value)) return value.map(from);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return typeof value === "object" && value !== null ? dataFrom(new Map(Object.entries(value))) : null;
}
