import { fieldsOf } from "../../formats/json/json-values.js";
import type { ErrorObject } from "ajv";
import { isSecretKey } from "./quote.js";
import type { Entry, TreeNode } from "../reading/tree.js";

/**
 * What the schema allows at the place of an error, in words: its values, or the first sentence of its
 * description.
 */
export function allowedBy(error: ErrorObject): string {
  const values = valuesOf(error);
  return values.length > 0 ? values.join(", ") : described(schemaOf(error));
}

/** The values of an enum or const; none for other schemas. */
export function valuesOf(error: ErrorObject): readonly string[] {
  const values: unknown = schemaOf(error)["enum"] ?? schemaOf(error)["const"] ?? [];
  return [values].flat().map(String);
}

/** Names of the kinds of data that the schema allows: "a map", "text". */
export function wantedKinds(error: ErrorObject): readonly string[] {
  return kindsOf(schemaOf(error));
}

/** The same of a schema. */
export function kindsOf(schema: Readonly<Record<string, unknown>>): readonly string[] {
  const types: unknown = schema["type"] ?? [];
  return [types].flat().flatMap((type) => (typeof type === "string" ? [kindNames[type] ?? type] : []));
}

const kindNames: Readonly<Record<string, string>> = {
  object: "a map",
  array: "a list",
  string: "text",
  integer: "a whole number",
  boolean: "true or false",
};

/** What a node is, in the same words; `shown`: its value, where that may be quoted. */
export function foundText(node: TreeNode, shown?: string): string {
  if (node.kind !== "scalar") return node.kind === "map" ? "found a map" : "found a list";
  if (node.value === null) return "found nothing";
  if (typeof node.value === "string") return shown === undefined ? "found text" : `found text ${shown}`;
  if (typeof node.value === "number")
    return shown === undefined ? "found a number" : `found the number ${shown}`;
  return shown === undefined ? "found a word" : `found the word ${shown}`;
}

/**
 * What to do about a value that is not allowed: leave it out if there is a default, or else write something
 * like the example.
 */
export function remedyFor(error: ErrorObject): string {
  const { default: standard, const: only, examples } = schemaOf(error);
  if (standard !== undefined) return `leave it out for the default, ${JSON.stringify(standard)}`;
  if (only !== undefined) return `write ${JSON.stringify(only)}`;
  const [example] = [examples].flat();
  return example === undefined ? "correct it or leave it out" : `for example ${JSON.stringify(example)}`;
}

/** The properties that the schema allows at the place of an error, with what each of them is. */
export function propertiesOf(error: ErrorObject): ReadonlyMap<string, string> {
  const properties = Object.entries(fieldsOf(schemaOf(error)["properties"]));
  return new Map(properties.map(([name, schema]) => [name, described(fieldsOf(schema))]));
}

/**
 * What the schema at the place of an error is called, such as "Pkcs11 key store"; undefined for the whole
 * profile's.
 */
export function titleOf(error: ErrorObject): string | undefined {
  const { title, $id } = schemaOf(error);
  return typeof title === "string" && $id === undefined ? title : undefined;
}

function schemaOf(error: ErrorObject): Readonly<Record<string, unknown>> {
  return fieldsOf(error.parentSchema);
}

/** The first sentence of a description says what is allowed; schemas/profile.schema.json is written so. */
export function described(schema: Readonly<Record<string, unknown>>): string {
  const text =
    typeof schema["description"] === "string" ? schema["description"].replace(/\.( .*)?$/s, "") : "";
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** A parameter of an error, by the name that ajv documents for its keyword. */
export function parameterOf(error: ErrorObject, name: string): string {
  return String(fieldsOf(error.params)[name]);
}

/** The node that a JSON Pointer leads to, and what may be said about it. */
export interface Place {
  readonly node: TreeNode;
  /** Its key; absent at the root and in lists. */
  readonly owner?: Entry;
  /** What to call it: its key, or `item of` the key that holds the list. */
  readonly name?: string;
  /**
   * It is below a key that is named like a PIN: nothing of it is quoted. That includes a user with such a
   * name: wrong indentation turns a PIN's key into one.
   */
  readonly secret: boolean;
}

/** Follows a JSON Pointer (RFC 6901) as far as the tree goes. */
export function findPlace(root: TreeNode, pointer: string): Place {
  const parts =
    pointer === ""
      ? []
      : pointer
          .slice(1)
          .split("/")
          .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  let place: Place = { node: root, secret: false };
  for (const part of parts) {
    const next = step(place, part);
    if (next === undefined) return place;
    place = next;
  }
  return place;
}

function step({ node, name, secret }: Place, part: string): Place | undefined {
  if (node.kind === "map") {
    const owner = node.entries.get(part);
    return owner && { node: owner.value, owner, name: part, secret: secret || isSecretKey(part) };
  }
  const item = node.kind === "list" ? node.items[Number(part)] : undefined;
  return (
    item && {
      node: item,
      secret,
      ...(name !== undefined && { name: name.startsWith("item of ") ? name : `item of ${name}` }),
    }
  );
}
