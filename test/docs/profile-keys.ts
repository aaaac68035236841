import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clone } from "./pages.js";

/** A key that a profile may have, as a path (`users.NAME.pin`), and what the schema says of it. */
export interface ProfileKey {
  readonly path: string;
  readonly description: string;
}

type Json = Readonly<Record<string, unknown>>;

const schema = asRecord(JSON.parse(readFileSync(join(clone, "schemas/profile.schema.json"), "utf8")));

/**
 * Every key that the schema knows, in its order. What several keys hold alike, sources of secrets and targets
 * of settings, is gone into once, at the first of them.
 */
export function profileKeys(): readonly ProfileKey[] {
  const found = new Map<string, string>();
  collect(schema, "", found, new Set());
  return [...found].map(([path, description]) => ({ path, description }));
}

const alike: ReadonlySet<unknown> = new Set(["#/$defs/pin", "#/$defs/target"]);

function collect(unresolved: Json, path: string, found: Map<string, string>, seen: Set<unknown>): void {
  const node = resolved(unresolved);
  for (const [name, value] of Object.entries(asRecord(node["properties"] ?? {}))) {
    if (value === false || name === "$schema") continue;
    const key = path === "" ? name : `${path}.${name}`;
    const child = asRecord(value);
    if (!found.has(key)) found.set(key, described(resolved(child)));
    if (alike.has(child["$ref"]) && seen.has(child["$ref"])) continue;
    seen.add(child["$ref"]);
    collect(child, key, found, seen);
  }
  if (typeof node["additionalProperties"] === "object")
    collect(asRecord(node["additionalProperties"]), `${path}.NAME`, found, seen);
  if (typeof node["items"] === "object") collect(asRecord(node["items"]), `${path}[]`, found, seen);
  for (const way of [...asList(node["oneOf"]), ...asList(node["anyOf"])]) {
    const type = asRecord(asRecord(resolved(asRecord(way))["properties"] ?? {})["type"] ?? {})["const"];
    collect(asRecord(way), typeof type === "string" ? `${path} (${type})` : path, found, seen);
  }
}

function described(node: Json): string {
  const { default: usual } = node;
  return text(node["description"]) + (usual === undefined ? "" : ` Default: ${JSON.stringify(usual)}.`);
}

function resolved(node: Json): Json {
  const ref = node["$ref"];
  if (typeof ref !== "string") return node;
  const target = ref
    .replace(/^#\//, "")
    .split("/")
    .reduce((at, name) => asRecord(at[name]), schema);
  return { ...resolved(target), ...node, $ref: undefined };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asRecord(value: unknown): Json {
  if (typeof value !== "object" || value === null) throw new Error("the schema is not what it was taken for");
  return { ...value };
}
