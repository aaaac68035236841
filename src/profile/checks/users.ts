import { checkLookalikes, checkUserName } from "./name.js";
import { checkSecret } from "./secrets.js";
import type { Finding } from "../finding.js";
import { quotedName, shownValue } from "../words/quote.js";
import { entriesOf, entryOf, type Entry, type TreeNode } from "../reading/tree.js";
import { unknownNames } from "../words/suggest.js";

/** Everything about users that a schema cannot say, or cannot say clearly. */
export function checkUsers(root: TreeNode): readonly Finding[] {
  const users = entriesOf(root, "users");
  const missing = missingConnection(root);
  const pinWanted = !isClientConfiguration(root, users);
  return [
    ...checkLookalikes(users),
    ...users.flatMap((user) => {
      const pin = entryOf(user.value, "pin");
      return [
        ...checkUserName(user),
        ...missing(user),
        ...checkAuthentication(user),
        ...(pin ? checkSecret(pin) : []),
        ...(pinWanted && user.value.kind === "map" && !pin ? [pinMissing(user)] : []),
      ];
    }),
  ];
}

/**
 * The vendor's own config.json, which has no place for a PIN source: it contains nothing that is specific to
 * knetctl.
 */
function isClientConfiguration(root: TreeNode, users: readonly Entry[]): boolean {
  if (
    ["module", "service", "key_stores", "default_key_store", "consumers", "proof", "amplia"].some((key) =>
      entryOf(root, key),
    )
  )
    return false;
  if (users.some(({ value }) => entryOf(value, "pin"))) return false;
  return !entriesOf(root, "connections").some(({ value }) => entryOf(value, "endpoints"));
}

function missingConnection(root: TreeNode): (user: Entry) => readonly Finding[] {
  const names = entriesOf(root, "connections").map(({ key }) => key);
  if (names.length === 0) return () => [];
  const unknown = unknownNames(names, {
    code: "profile-connection-unknown",
    title: "user's connection is not in the profile",
    hint: "name one of the connections, or add this one",
  });
  return ({ value }) => unknown(entryOf(value, "connection")?.value);
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
    hint: "without it the smoke test cannot log in as this user; set pin: { file: … }",
    severity: "warning",
  };
}
