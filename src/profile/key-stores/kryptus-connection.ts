import { entryOf, textOf, type Entry, type TreeNode } from "../reading/tree.js";

/**
 * The name of the connection that gives a Kryptus key store its host: its own, else its user's; undefined
 * when it has a host.
 */
export function connectionOf(
  store: TreeNode,
  { users }: { readonly users: ReadonlyMap<string, Entry> },
): string | undefined {
  if (entryOf(store, "host")) return undefined;
  const user = users.get(textOf(entryOf(store, "user")?.value) ?? "");
  return textOf(entryOf(store, "connection")?.value) ?? textOf(entryOf(user?.value, "connection")?.value);
}
