import { foldKey } from "../../formats/settings/settings-text.js";
import type { Finding } from "../finding.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quotedName } from "../words/quote.js";
import { textMistake } from "../checks/text.js";
import { unknownNames } from "../words/suggest.js";
import { entriesOf, entryOf, textOf, type Entry, type TreeNode } from "../reading/tree.js";

const nameBytes = 255;

/**
 * Names of key stores: each becomes a part of the settings' keys, where `:` separates parts and case makes no
 * difference.
 */
export function checkStoreNames(stores: readonly Entry[]): readonly Finding[] {
  const seen = new Map<string, Entry>();
  return stores.flatMap((entry) => {
    const key = foldKey(entry.key);
    const first = seen.get(key);
    if (first) return [duplicate(entry, first)];
    seen.set(key, entry);
    return checkName(entry);
  });
}

function checkName(entry: Entry): readonly Finding[] {
  const placeholder = placeholderFinding(entry.key, entry);
  if (placeholder) return [placeholder];
  const mistake = storeNameMistake(entry.key);
  if (mistake === undefined) return [];
  return [
    {
      code: "profile-name-invalid",
      title: "name of the key store is not valid",
      anchor: entry,
      detail:
        `found ${quotedName(entry.key)}: ${mistake}; allowed: 1 to ${nameBytes} bytes, no control ` +
        "characters, no colon",
      hint: "choose another name",
    },
  ];
}

/** Why the text names no key store; undefined when it may. */
export function storeNameMistake(name: string): string | undefined {
  const colon = name.includes(":") ? "a colon separates the parts of a setting's key" : undefined;
  return textMistake(name, nameBytes) ?? colon;
}

function duplicate(anchor: Entry, first: Entry): Finding {
  return {
    code: "profile-name-duplicate",
    title: "two key stores have the same name",
    anchor,
    detail: `${quotedName(anchor.key)}: the application compares names without regard to case`,
    hint: "choose another name for one of them",
    first,
  };
}

/** Key stores that Amplia has without a section for them; whether one is enabled is in Amplia's settings. */
export const builtInStores: readonly string[] = ["Database", "NativeUser"];

/**
 * The key store that the application uses by default: one of the profile's, or one that its settings already
 * have.
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
        title: "default_key_store is not a valid key store name",
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
    title: "default_key_store is not one of the profile's key stores",
    hint: "the application's settings must already contain it; otherwise name one of the key stores",
    severity: "warning",
  })(node);
}
