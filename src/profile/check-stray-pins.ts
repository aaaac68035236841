import { literalPin } from "./check-pin.js";
import type { Finding } from "./finding.js";
import { isSecretKey } from "./secret-key.js";
import type { TreeNode } from "./tree.js";

/** Where a walk through a profile stands, as far as it matters to what a key means. */
type Room = "top" | "names" | "user names" | "user" | "other";

/**
 * Keys that are called like a PIN anywhere but in their right place, `users.NAME.pin`. Names of connections and users may be
 * anything, "pin" and "secret" too.
 */
export function checkStrayPins(root: TreeNode): readonly Finding[] {
  return strayPins(root, "top");
}

function strayPins(node: TreeNode, room: Room): readonly Finding[] {
  if (node.kind === "list") return node.items.flatMap((item) => strayPins(item, "other"));
  if (node.kind === "scalar") return [];
  return [...node.entries.values()].flatMap((entry) => {
    if (room === "user" && entry.key === "pin") return [];
    if (room !== "names" && room !== "user names" && isSecretKey(entry.key)) return [literalPin(entry)];
    return strayPins(entry.value, roomBelow(room, entry.key));
  });
}

function roomBelow(room: Room, key: string): Room {
  if (room === "top" && key === "users") return "user names";
  if (room === "top" && key === "connections") return "names";
  return room === "user names" ? "user" : "other";
}
