import type { Finding } from "../finding.js";
import { quoted, quotedName } from "../words/quote.js";
import { hasMisspelt, nearest } from "../words/suggest.js";
import { type Entry, entryOf, textOf } from "../reading/tree.js";
import { keyStoreTypes, typeOf } from "./store-types.js";

/** Types that the application has and this program does not write: why, and what to do. */
const otherTypes: readonly (readonly [RegExp, string])[] = [
  [/^(capi|cng)$/i, "Capi and Cng are for Windows alone; on Linux use Pkcs11, or the type of the HSM"],
  [/^native$/i, "Native is deprecated and not supported here; use one of the others"],
  [
    /^database(key_?store)?$/i,
    "the database store has no section of its own and is not supported here; it is switched on by " +
      "Amplia:DatabaseKeyStoreEnabled",
  ],
];

/**
 * A key store's type is one of four, in this spelling. Kinds other than text, and a type that is left out,
 * are the schema's.
 */
export function checkType({ value: store }: Entry): readonly Finding[] {
  const entry = entryOf(store, "type");
  if (entry === undefined) return misspelt(store);
  const text = textOf(entry.value);
  if (text === undefined || typeOf(store) !== undefined) return [];
  return [
    {
      code: "profile-value-invalid",
      title: "type of the key store is not known",
      anchor: entry.value,
      detail: `found ${quoted(text)}; allowed: ${keyStoreTypes.join(", ")}`,
      hint: hintFor(text),
    },
  ];
}

function hintFor(text: string): string {
  const other = otherTypes.find(([pattern]) => pattern.test(text))?.[1];
  if (other !== undefined) return other;
  const near = nearest(text, keyStoreTypes);
  return near === undefined ? "for example Pkcs11" : `did you mean ${near}?`;
}

/** Without its type nothing else of a key store can be checked. */
function misspelt(store: Entry["value"]): readonly Finding[] {
  if (store.kind !== "map" || !hasMisspelt(store, "type", ["type"])) return [];
  const anchor = [...store.entries.values()].find(({ key }) => nearest(key, ["type"]) !== undefined);
  return anchor === undefined
    ? []
    : [
        {
          code: "profile-key-unknown",
          title: "unknown key of a key store",
          anchor,
          detail: `found ${quotedName(anchor.key)}`,
          hint: "did you mean type?",
        },
      ];
}
