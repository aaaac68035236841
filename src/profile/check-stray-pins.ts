import { literalSecret } from "./check-secret.js";
import type { Finding } from "./finding.js";
import { isSecretSlot, secretKeysIn } from "./key-stores/store-types.js";
import { isSecretKey } from "./secret-key.js";
import type { Entry, MapNode, TreeNode } from "./tree.js";

/** Where a walk through a profile stands, as far as it matters to what a key means. */
type Room = "top" | "names" | "user names" | "user" | "store names" | "key store" | "other";

/**
 * Keys that are called like a secret anywhere but in their right places, `users.NAME.pin` and those of each
 * type of key store. Names of connections, users and key stores may be anything, "pin" and "secret" too.
 */
export function checkStrayPins(root: TreeNode): readonly Finding[] {
  return strayPins(root, "top");
}

function strayPins(node: TreeNode, room: Room): readonly Finding[] {
  if (node.kind === "list") return node.items.flatMap((item) => strayPins(item, "other"));
  if (node.kind === "scalar") return [];
  return [...node.entries.values()].flatMap((entry) => {
    if (room.endsWith("names")) return strayPins(entry.value, roomBelow(room, entry.key));
    if (isInPlace(entry, node, room)) return [];
    return isSecretKey(entry.key)
      ? [literalSecret(entry, "pin")]
      : strayPins(entry.value, roomBelow(room, entry.key));
  });
}

/** A source at a key of another type of key store is a key too many, and no secret. */
function isInPlace({ key, value }: Entry, node: MapNode, room: Room): boolean {
  if (room === "user") return key === "pin";
  if (room !== "key store") return false;
  return secretKeysIn(node).includes(key) || (isSecretSlot(key) && value.kind === "map");
}

function roomBelow(room: Room, key: string): Room {
  if (room === "top" && key === "users") return "user names";
  if (room === "top" && key === "connections") return "names";
  if (room === "top" && key === "key_stores") return "store names";
  if (room === "user names") return "user";
  return room === "store names" ? "key store" : "other";
}
