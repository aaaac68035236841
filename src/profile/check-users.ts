import { checkLookalikes, checkUserName } from "./check-name.js";
import { checkPin } from "./check-pin.js";
import type { Finding } from "./finding.js";
import { placeholderFinding } from "./placeholder.js";
import { listed, quotedName, shownValue } from "./quote.js";
import { nearest } from "./suggest.js";
import { entriesOf, entryOf, textOf, type Entry, type TreeNode } from "./tree.js";

/** Comparing a name with all connections takes time; past this many wrong names a suggestion helps nobody. */
const suggestionBudget = 50;

/** Everything about users that a schema cannot say, or cannot say clearly. */
export function checkUsers(root: TreeNode): readonly Finding[] {
  const users = entriesOf(root, "users");
  const missing = missingConnection(root);
  const pinWanted = !isClientConfiguration(root, users);
  return [
    ...checkLookalikes(users),
    ...users.flatMap((user) => [
      ...checkUserName(user),
      ...missing(user),
      ...checkAuthentication(user),
      ...checkPin(user),
      ...(pinWanted && user.value.kind === "map" && !entryOf(user.value, "pin") ? [pinMissing(user)] : []),
    ]),
  ];
}

/** The vendor's own config.json, which has no place for a PIN source: nothing in it is of this program alone. */
function isClientConfiguration(root: TreeNode, users: readonly Entry[]): boolean {
  if (entryOf(root, "module") ?? entryOf(root, "service")) return false;
  if (users.some(({ value }) => entryOf(value, "pin"))) return false;
  return !entriesOf(root, "connections").some(({ value }) => entryOf(value, "endpoints"));
}

function missingConnection(root: TreeNode): (user: Entry) => readonly Finding[] {
  const connections = entriesOf(root, "connections").map(({ key }) => key);
  const known = new Set(connections);
  let budget = suggestionBudget;
  let allowed: string | undefined;
  return ({ value }) => {
    const node = entryOf(value, "connection")?.value;
    const name = textOf(node);
    if (node === undefined || name === undefined || name === "" || known.has(name) || known.size === 0) return [];
    const placeholder = placeholderFinding(name, node);
    if (placeholder) return [placeholder];
    const near = budget-- > 0 ? nearest(name, connections) : undefined;
    return [
      {
        code: "profile-connection-unknown",
        title: "user's connection is not in the profile",
        anchor: node,
        detail: `found ${quotedName(name)}; allowed: ${(allowed ??= listed(connections))}`,
        hint: near === undefined ? "name one of the connections, or add this one" : `did you mean ${quotedName(near)}?`,
      },
    ];
  };
}

function checkAuthentication({ value }: Entry): readonly Finding[] {
  const node = entryOf(value, "authentication_type")?.value;
  if (node?.kind !== "scalar" || node.value === "password") return [];
  return [
    {
      code: "profile-value-invalid",
      title: "authentication_type is not supported",
      anchor: node,
      detail: `found ${shownValue(node)}; allowed: "password"`,
      hint: "use a regular user with a password, or leave authentication_type out",
    },
  ];
}

function pinMissing(anchor: Entry): Finding {
  return {
    code: "profile-pin-missing",
    title: "user has no PIN source",
    anchor,
    detail: quotedName(anchor.key),
    hint: "the smoke test cannot log in as this user; give pin: { file: … }",
    severity: "warning",
  };
}
