import { clientModule } from "../../vendor/client.js";
import { entryOf, textOf, type TreeNode } from "../reading/tree.js";

/** Whether a Pkcs11 key store is on the kNET module: it names a user, or that module's file. */
export function isKnetStore(store: TreeNode): boolean {
  return (
    entryOf(store, "user") !== undefined ||
    textOf(entryOf(store, "module")?.value)?.split("/").at(-1) === clientModule
  );
}

/**
 * The TokenLabel that a Pkcs11 key store has written: the one asked for, or its user's name where the module
 * shows several tokens.
 */
export function writtenLabel(store: TreeNode, users: number): string | undefined {
  const [label, user, serial] = ["token_label", "user", "token_serial"].map((key) =>
    textOf(entryOf(store, key)?.value),
  );
  if (label !== undefined || serial !== undefined) return label;
  return users > 1 ? user : undefined;
}

/**
 * Which token a Pkcs11 key store uses, as far as the profile tells: equal for two key stores on one token.
 * Without a choice it is the only token there is.
 */
export function tokenOf(store: TreeNode, users: readonly string[]): string {
  const [module, label, user, serial] = ["module", "token_label", "user", "token_serial"].map((key) =>
    textOf(entryOf(store, key)?.value),
  );
  const knet = isKnetStore(store);
  const only = knet && users.length === 1 && serial === undefined ? users[0] : undefined;
  const owner = user ?? (knet && serial === undefined ? (label ?? only) : undefined);
  if (owner !== undefined) return JSON.stringify(["user", owner]);
  return JSON.stringify([
    knet ? "kNET" : (module ?? null),
    serial ?? null,
    serial === undefined ? (label ?? null) : null,
  ]);
}
