/**
 * Every key that the profile's schema knows, in its order: its path (`users.NAME.pin`), what the schema says
 * of it, and what it holds. What several keys hold alike, sources of secrets and targets of settings, is gone
 * into once, at the first of them.
 */
export function profileKeys(schema) {
  const found = new Map();
  collect({ schema, found, seen: new Set() }, schema, "");
  return [...found].map(([path, node]) => ({ path, description: described(node), holds: holds(node) }));
}

const alike = new Set(["#/$defs/pin", "#/$defs/target"]);

function collect(state, unresolved, path) {
  const { schema, found, seen } = state;
  const node = resolved(schema, unresolved);
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    if (child === false || name === "$schema") continue;
    const key = path === "" ? name : `${path}.${name}`;
    if (!found.has(key)) found.set(key, resolved(schema, child));
    if (alike.has(child.$ref) && seen.has(child.$ref)) continue;
    seen.add(child.$ref);
    collect(state, child, key);
  }
  if (typeof node.additionalProperties === "object")
    collect(state, node.additionalProperties, `${path}.NAME`);
  if (typeof node.items === "object") collect(state, node.items, `${path}[]`);
  for (const way of [...(node.oneOf ?? []), ...(node.anyOf ?? [])]) {
    const type = resolved(schema, way).properties?.type?.const;
    collect(state, way, typeof type === "string" ? `${path} (${type})` : path);
  }
}

function described({ description = "", default: usual }) {
  return description + (usual === undefined ? "" : ` Default: ${JSON.stringify(usual)}.`);
}

/** In words: what a value may be, without its default. */
function holds({ type, enum: words, const: only }) {
  if (words !== undefined) return `one of ${words.join(", ")}`;
  if (only !== undefined) return JSON.stringify(only);
  const names = [type ?? []].flat().map((name) => ({ object: "map", array: "list" })[name] ?? name);
  if (names.length === 0) return "map";
  return names.join(" or ");
}

function resolved(schema, node) {
  if (typeof node.$ref !== "string") return node;
  const target = node.$ref
    .replace(/^#\//, "")
    .split("/")
    .reduce((at, name) => at[name], schema);
  return { ...resolved(schema, target), ...node, $ref: undefined };
}
