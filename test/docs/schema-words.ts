/** The words that a schema lets stand at each key, wherever the key is. */
export function schemaWords(schema: unknown): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const properties = at(value, ["properties"]);
    if (typeof properties === "object" && properties !== null)
      for (const [key, one] of Object.entries(properties))
        found.set(key, new Set([...(found.get(key) ?? []), ...choices(one, schema)]));
    for (const one of Object.values(value)) visit(one);
  };
  visit(schema);
  return found;
}

function choices(node: unknown, schema: unknown): readonly string[] {
  const ref = at(node, ["$ref"]);
  if (typeof ref === "string") return choices(at(schema, ref.replace("#/", "").split("/")), schema);
  const any = at(node, ["anyOf"]);
  if (Array.isArray(any)) return any.flatMap((one) => choices(one, schema));
  const all = at(node, ["enum"]) ?? [at(node, ["const"])];
  return Array.isArray(all) ? all.filter((one) => typeof one === "string") : [];
}

/** What lies in a JSON document at the end of this path of keys; undefined where it does not lead on. */
export function at(node: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    node,
  );
}
