import type { JsonNode, JsonObject } from "../../formats/json/json-tree.js";
import { memberOf } from "./reading.js";
import type { ClientConfig } from "./wanted.js";

/** A key this program does not know: its path and the bytes of its value. */
type UnknownPart = readonly [...path: string[], text: string];

/**
 * What an edit must not touch: keys nobody here knows, at the top and in the connections and users that stay.
 */
export function unknownParts(text: string, root: JsonObject, wanted: ClientConfig): readonly UnknownPart[] {
  return [
    ...unknownMembers(text, root, ["connections", "users", "log_verbosity"], []),
    ...inSection(text, root, "connections", wanted.connections, ["ip", "port"]),
    ...inSection(text, root, "users", wanted.users, ["authentication_type", "connection"]),
  ];
}

function inSection(
  text: string,
  root: JsonObject,
  section: string,
  staying: ReadonlyMap<string, unknown>,
  known: readonly string[],
): UnknownPart[] {
  return [...staying.keys()]
    .toSorted()
    .flatMap((name) => unknownMembers(text, memberOf(memberOf(root, section), name), known, [section, name]));
}

function unknownMembers(
  text: string,
  node: JsonNode | undefined,
  known: readonly string[],
  path: readonly string[],
): UnknownPart[] {
  if (node?.kind !== "object") return [];
  return [...node.members.values()]
    .filter(({ name }) => !known.includes(name))
    .map(({ name, key, value }) => [...path, name, text.slice(key.start, value.end)]);
}
