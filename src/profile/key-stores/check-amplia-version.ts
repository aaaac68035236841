import type { Finding } from "../finding.js";
import { quotedName } from "../words/quote.js";
import { entriesOf, entryOf, type Entry, type TreeNode } from "../reading/tree.js";
import { type AmpliaVersion, confSince, isBefore, oldSettings, targetIn } from "./amplia.js";
import type { CheckContext, Feature } from "./key-store-type.js";
import { typeOf } from "./key-store-types.js";

/**
 * What a key store of any type can require of Amplia. From Amplia's changelog, as are the requirements of
 * each type.
 */
const ofAnyType: readonly Feature[] = [
  {
    since: confSince,
    title: "settings in an ini file need Amplia 4.0",
    hint: `leave target out for ${oldSettings.path}, which this version reads, or update Amplia`,
    askedAt: (store, root) =>
      targetIn(store.value, root)?.form === "ini" ? entryOf(store.value, "target") : undefined,
  },
];

/** What the key stores require of Amplia, compared with the version that the profile names. */
export function checkAmpliaVersion({ root, version }: CheckContext): readonly Finding[] {
  if (version === undefined) return [];
  return entriesOf(root, "key_stores").flatMap((store) =>
    [...(typeOf(store.value)?.needs ?? []), ...ofAnyType].flatMap((feature) =>
      tooOld(feature, store, root, version),
    ),
  );
}

function tooOld(
  { since, title, hint, severity, askedAt }: Feature,
  store: Entry,
  root: TreeNode,
  version: AmpliaVersion,
): readonly Finding[] {
  const anchor = isBefore(version, since) ? askedAt(store, root) : undefined;
  if (anchor === undefined) return [];
  return [
    {
      code: "profile-amplia-version",
      title,
      anchor,
      detail: `for key store ${quotedName(store.key)}; amplia.version is ${version.join(".")}`,
      hint,
      ...(severity && { severity }),
    },
  ];
}
