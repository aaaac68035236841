import { build } from "esbuild";
import Ajv2020 from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";

/** Keywords that only tell readers something. */
const annotations = new Set(["title", "description", "examples", "default", "deprecated", "$comment"]);
/** Keywords below which names are the data's, and not keywords. */
const named = new Set(["properties", "patternProperties", "$defs"]);

/** A schema without what it tells readers: it accepts the same. */
function bare(schema) {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key]) => !annotations.has(key));
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      named.has(key)
        ? Object.fromEntries(Object.entries(value).map(([name, below]) => [name, bare(below)]))
        : key === "const" || key === "enum"
          ? value
          : bare(value),
    ]),
  );
}

/**
 * Validators of these schemas that say whether data is valid and not why, with the given options of ajv:
 * returns a function from a schema's id to the body of a function that returns its validator. They are much
 * smaller than those that explain, and nearly all that is validated is valid.
 */
export function verdicts(schemas, options) {
  const ajv = new Ajv2020.default({
    ...options,
    schemas: schemas.map(bare),
    allErrors: false,
    verbose: false,
    messages: false,
    code: { source: true, esm: true },
  });
  return async (id, resolveDir) => {
    const { outputFiles } = await build({
      stdin: { contents: unexplained(standalone.default(ajv, ajv.getSchema(id))), resolveDir, loader: "js" },
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node20",
      logLevel: "warning",
    });
    const code = outputFiles[0].text;
    const body = code.replace(/export \{\s*(\w+) as default,[^}]*\};\s*$/, "return $1;\n");
    if (body === code) throw new Error("esbuild now exports in a way unknown to this script");
    return body;
  };
}

const beginning = /(?:\.errors = \[|const err\d+ = )(?=\{instancePath)/g;

/** The code, with a number in place of each object that would say what is wrong: only their count matters. */
function unexplained(code) {
  let [short, end] = ["", 0];
  for (const { 0: text, index } of code.matchAll(beginning)) {
    const start = index + text.length;
    short += `${code.slice(end, start)}0`;
    end = endOfObject(code, start);
  }
  short += code.slice(end);
  if (short.includes("schemaPath:"))
    throw new Error("ajv now describes errors in a way unknown to this script");
  return short;
}

/** Where an object ends that begins at `start`. */
function endOfObject(code, start) {
  let depth = 0;
  for (const { 0: sign, index } of code.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (sign === "{") depth += 1;
    if (sign === "}" && --depth === 0) return start + index + 1;
  }
  throw new Error("an error without an end in ajv's code");
}
