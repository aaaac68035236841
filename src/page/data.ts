import { isRecord } from "../formats/json/json-values.js";
import { isList, type JsonData } from "../formats/json/json-text.js";
import type { TreeNode } from "../profile/reading/tree.js";

/** A map of a profile's data: keys in the order of the text, `__proto__` a key like any other. */
export type DataMap = ReadonlyMap<string, JsonData>;

/** The way from the top of a profile to a place in it: keys, and numbers of list items from 0. */
export type Path = readonly (string | number)[];

/** The data that a text was read as. */
export function dataOf(node: TreeNode): JsonData {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(dataOf);
    case "map":
      return new Map([...node.entries.values()].map(({ key, value }) => [key, dataOf(value)]));
  }
}

export function isMap(data: JsonData | undefined): data is DataMap {
  return data instanceof Map;
}

export function valueAt(data: JsonData | undefined, path: Path): JsonData | undefined {
  return path.reduce<JsonData | undefined>((value, step) => {
    if (isMap(value)) return value.get(String(step));
    return value !== undefined && isList(value) && typeof step === "number" ? value[step] : undefined;
  }, data);
}

/** What is at the path if it is a map, or else an empty one. */
export function mapAt(data: JsonData | undefined, path: Path): DataMap {
  const value = valueAt(data, path);
  return isMap(value) ? value : new Map();
}

/** The same for a list. */
export function listAt(data: JsonData | undefined, path: Path): readonly JsonData[] {
  const value = valueAt(data, path);
  return value !== undefined && isList(value) ? value : [];
}

/** The data with that value at the path; maps that are missing on the way are made. */
export function withValue(data: JsonData | undefined, path: Path, value: JsonData): JsonData {
  const [step, ...further] = path;
  if (step === undefined) return value;
  if (typeof step === "number") {
    const items = data !== undefined && isList(data) ? data : [];
    const changed = withValue(items[step], further, value);
    return step < items.length
      ? items.map((item, at) => (at === step ? changed : item))
      : [...items, changed];
  }
  const map = isMap(data) ? data : new Map<string, JsonData>();
  return new Map([...map, [step, withValue(map.get(step), further, value)]]);
}

/** The data without what is at the path, and without what is then empty, down to a path of that length. */
export function without(data: JsonData, path: Path, floor = 0): JsonData {
  const above = path.slice(0, -1);
  const last = path.at(-1);
  if (last === undefined) return data;
  const holder = valueAt(data, above);
  if (holder === undefined) return data;
  const rest = isMap(holder)
    ? new Map([...holder].filter(([key]) => key !== last))
    : isList(holder)
      ? holder.filter((_item, at) => at !== last)
      : holder;
  const isEmpty = isMap(rest) ? rest.size === 0 : isList(rest) && rest.length === 0;
  return isEmpty && above.length > floor ? without(data, above, floor) : withValue(data, above, rest);
}

/** The map at the path with one key renamed, in its place. Undefined if another has that name. */
export function renamed(data: JsonData, path: Path, from: string, to: string): JsonData | undefined {
  const map = mapAt(data, path);
  if (from !== to && map.has(to)) return undefined;
  return withValue(data, path, new Map([...map].map(([key, value]) => [key === from ? to : key, value])));
}

/** The list at the path with an item moved up or down by one. */
export function moved(data: JsonData, path: Path, item: number, by: -1 | 1): JsonData {
  const items = [...listAt(data, path)];
  const [one, other] = [items[item], items[item + by]];
  if (one === undefined || other === undefined) return data;
  [items[item], items[item + by]] = [other, one];
  return withValue(data, path, items);
}

/** A name like this one that the map does not have: "hsm_1", "hsm_2". */
export function freeName(map: DataMap, stem: string): string {
  for (let number = 1; ; number += 1) if (!map.has(`${stem}_${number}`)) return `${stem}_${number}`;
}

/** Values of the program's own, which may be objects, as the data that a text of them is read as. */
export function dataFrom(content: ReadonlyMap<string, unknown>): DataMap {
  return new Map([...content].map(([key, value]) => [key, from(value)]));
}

function from(value: unknown): JsonData {
  if (value instanceof Map) return dataFrom(value as ReadonlyMap<string, unknown>);
  if (Array.isArray(value)) return value.map(from);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return isRecord(value) ? dataFrom(new Map(Object.entries(value))) : null;
}
