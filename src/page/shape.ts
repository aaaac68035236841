import { profileSchemaText } from "../generated/schemas.js";

/** As much of a JSON Schema as a form needs. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema | false>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string };
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

/** How a part of the profile is put in: what the form shows follows from this, and from nothing else. */
export type Shape =
  | { readonly kind: "text"; readonly isNumber: boolean }
  | { readonly kind: "choice"; readonly options: readonly string[] }
  | { readonly kind: "flag" }
  /** Nothing but its being there counts. */
  | { readonly kind: "mark"; readonly value: boolean }
  /** Exactly one of its keys. */
  | { readonly kind: "one-of"; readonly keys: readonly Key[] }
  | { readonly kind: "group"; readonly keys: readonly Key[] }
  /** A map from names that a person gives. */
  | { readonly kind: "named"; readonly item: Schema }
  | { readonly kind: "list"; readonly item: Schema }
  /** A group whose keys depend on one of them. */
  | { readonly kind: "variant"; readonly tag: string; readonly types: ReadonlyMap<string, Schema> }
  /** A text, or a group if more than its first key is given. */
  | { readonly kind: "short"; readonly keys: readonly Key[]; readonly main: string };

export interface Key {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** The schema of a profile, as the program publishes it. */
export const profileSchema = JSON.parse(profileSchemaText) as Schema;

/** What a schema means once its reference is followed; what stands beside the reference goes first. */
export function resolved(schema: Schema): Schema {
  const { $ref, ...own } = schema;
  const name = /^#\/\$defs\/(\w+)$/.exec($ref ?? "")?.[1];
  const target = name === undefined ? undefined : profileSchema.$defs?.[name];
  return target === undefined ? schema : { ...resolved(target), ...own };
}

/** Undefined: for a schema of no kind that the form knows; a test holds that there is none. */
export function shapeOf(given: Schema): Shape | undefined {
  const schema = resolved(given);
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  if (schema.oneOf !== undefined && schema.discriminator !== undefined)
    return { kind: "variant", tag: schema.discriminator.propertyName, types: typesOf(schema) };
  if (schema.enum !== undefined) return { kind: "choice", options: schema.enum };
  if (schema.const !== undefined) return constant(schema.const);
  if (types.includes("object")) return objectShape(schema, types);
  if (types.includes("array") && schema.items !== undefined && !types.includes("string"))
    return { kind: "list", item: schema.items };
  if (types.includes("boolean")) return { kind: "flag" };
  return types.length === 0 ? undefined : { kind: "text", isNumber: types.includes("integer") };
}

function constant(value: unknown): Shape {
  return typeof value === "boolean" ? { kind: "mark", value } : { kind: "choice", options: [String(value)] };
}

function objectShape(schema: Schema, types: readonly string[]): Shape | undefined {
  const keys = keysOf(schema);
  const [main] = schema.required ?? [];
  if (types.includes("string") && main !== undefined) return { kind: "short", keys, main };
  if (schema.properties === undefined)
    return typeof schema.additionalProperties === "object"
      ? { kind: "named", item: schema.additionalProperties }
      : undefined;
  return schema.minProperties === 1 && schema.maxProperties === 1
    ? { kind: "one-of", keys }
    : { kind: "group", keys };
}

/** The keys of a group, in the order of the schema; `$schema` is for editors. */
export function keysOf(given: Schema): readonly Key[] {
  const { properties, required } = resolved(given);
  return Object.entries(properties ?? {}).flatMap(([name, schema]) =>
    schema === false || name === "$schema"
      ? []
      : [{ name, schema, isRequired: required?.includes(name) === true }],
  );
}

/** By the value of the key that says which one it is. */
function typesOf({ oneOf, discriminator }: Schema): ReadonlyMap<string, Schema> {
  return new Map(
    (oneOf ?? []).map((one) => {
      const schema = resolved(one);
      const tag = schema.properties?.[discriminator?.propertyName ?? ""];
      return [String(tag === false ? "" : tag?.const), schema];
    }),
  );
}
