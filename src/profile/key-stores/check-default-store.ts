import { foldKey } from "../../formats/settings/keys.js";
import type { Finding } from "../finding.js";
import { quotedName } from "../words/quote.js";
import { entriesOf, entryOf, textOf, type TreeNode } from "../reading/tree.js";
import { unknownNames } from "../words/unknown-names.js";
import { storeNameMistake } from "./check-store-names.js";

/**
 * Key stores that Amplia has without a section of their own; whether one is switched on, its settings say.
 */
export const builtInStores: readonly string[] = ["Database", "NativeUser"];

/**
 * The key store that the application is to use by default: one of the profile's, or one that its settings
 * have already.
 */
export function checkDefaultStore(root: TreeNode): readonly Finding[] {
  const node = entryOf(root, "default_key_store")?.value;
  const name = textOf(node);
  if (node === undefined || name === undefined || name === "") return [];
  const mistake = storeNameMistake(name);
  if (mistake !== undefined) {
    return [
      {
        code: "profile-name-invalid",
        title: "default_key_store is no name of a key store",
        anchor: node,
        detail: `found ${quotedName(name)}: ${mistake}`,
        hint: "name one of the key stores",
      },
    ];
  }
  if (builtInStores.some((known) => foldKey(known) === foldKey(name))) return [];
  const names = entriesOf(root, "key_stores").map(({ key }) => key);
  return unknownNames(names, {
    code: "profile-default-unknown",
    title: "default_key_store is none of the profile's key stores",
    hint: "the application's settings must have it already; else name one of the key stores",
    severity: "warning",
  })(node);
}
