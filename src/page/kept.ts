import type { JsonData } from "../formats/json/json-text.js";
import { isMap, type DataMap, type Path } from "./data.js";
import { keysOf, type Schema, shapeOf } from "./shape.js";

/**
 * What a profile holds that the form has no field for: it stays as it is, and the form says so. A value of
 * another kind than its field shows counts too.
 */
export function withoutField(data: DataMap, schema: Schema): readonly Path[] {
  return below(data, schema, []);
}

function below(data: JsonData, schema: Schema, path: Path): readonly Path[] {
  const shape = shapeOf(schema);
  switch (shape?.kind) {
    case "group":
    case "one-of":
      return isMap(data) ? inGroup(data, schema, path) : [path];
    case "short":
      return isMap(data) ? inGroup(data, schema, path) : typeof data === "string" ? [] : [path];
    case "variant": {
      const tag = isMap(data) ? data.get(shape.tag) : undefined;
      const type = shape.types.get(typeof tag === "string" ? tag : "");
      return isMap(data) && type !== undefined ? inGroup(data, type, path) : [path];
    }
    case "named":
      return isMap(data)
        ? [...data].flatMap(([key, value]) => below(value, shape.item, [...path, key]))
        : [path];
    case "list":
      return Array.isArray(data)
        ? data.flatMap((item: JsonData, at) => below(item, shape.item, [...path, at]))
        : [path];
    case "flag":
    case "mark":
      return typeof data === "boolean" ? [] : [path];
    case "text":
    case "choice":
      return typeof data === "string" || typeof data === "number" ? [] : [path];
    case undefined:
      return [path];
  }
}

function inGroup(data: DataMap, schema: Schema, path: Path): readonly Path[] {
  const keys = keysOf(schema);
  return [...data].flatMap(([name, value]) => {
    const key = keys.find((one) => one.name === name);
    return key === undefined ? [[...path, name]] : below(value, key.schema, [...path, name]);
  });
}
