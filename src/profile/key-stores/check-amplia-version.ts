import type { Finding } from "../finding.js";
import { quotedName } from "../words/quote.js";
import { entriesOf, entryOf, type Anchor, type Entry, type TreeNode } from "../reading/tree.js";
import { ampliaVersionOf, confSince, isBefore, type AmpliaVersion } from "./amplia-version.js";
import { isKnetStore, writtenLabel } from "./pkcs11-token.js";
import { typeOf } from "./store-types.js";
import { oldSettings, targetIn } from "./target.js";

/**
 * Something that a key store asks of Amplia. `asks` gives the place in the profile that does; undefined where
 * it does not.
 */
interface Feature {
  readonly since: AmpliaVersion;
  readonly title: string;
  readonly hint: string;
  readonly severity?: "warning";
  readonly asks: (store: Entry, root: TreeNode) => Anchor | undefined;
}

/** By Amplia's changelog and its documents of each type. */
const features: readonly Feature[] = [
  {
    since: [3, 6],
    title: "key store type Dinamo needs Amplia 3.6",
    hint: "update Amplia",
    asks: (store) => (typeOf(store.value) === "Dinamo" ? typePlace(store) : undefined),
  },
  {
    since: [3, 14],
    title: "the kNET module as a PKCS #11 key store needs Amplia 3.14",
    hint: "update Amplia",
    asks: (store) => (isOnKnet(store) ? typePlace(store) : undefined),
  },
  {
    since: confSince,
    title: "key store type Kryptus needs Amplia 4.0",
    hint: "update Amplia, or use type Pkcs11 with a user of the profile",
    asks: (store) => (typeOf(store.value) === "Kryptus" ? typePlace(store) : undefined),
  },
  {
    since: confSince,
    title: "settings in an ini file need Amplia 4.0",
    hint: `leave target out for ${oldSettings.path}, which this version reads, or update Amplia`,
    asks: (store, root) =>
      targetIn(store.value, root)?.form === "ini" ? entryOf(store.value, "target") : undefined,
  },
  {
    since: [4, 8],
    title: "TokenLabel needs Amplia 4.8",
    hint: "update Amplia, or choose the token by token_serial",
    asks: (store, root) => (hasLabel(store, root) ? labelPlace(store) : undefined),
  },
  {
    since: [4, 9],
    severity: "warning",
    title: "the kNET module is in Amplia's Docker image from 4.9 on",
    hint: "use a newer image, or one of your own that has the module in it",
    asks: (store, root) =>
      isOnKnet(store) && targetIn(store.value, root)?.form === "env" ? typePlace(store) : undefined,
  },
];

const parallelSince: AmpliaVersion = [4, 9];

/**
 * What the key stores ask of Amplia, held against the version that the profile names. Of a version that is
 * not known only TokenLabel is spoken of: an older Amplia ignores it without a word, and takes whichever
 * token comes first.
 */
export function checkAmpliaVersion(root: TreeNode): readonly Finding[] {
  const stores = entriesOf(root, "key_stores");
  const version = ampliaVersionOf(root);
  if (version !== undefined)
    return [
      ...features.flatMap((feature) => tooOld(feature, stores, root, version)),
      ...inParallel(stores, version),
    ];
  const labelled = stores.find((store) => hasLabel(store, root));
  return labelled === undefined || entryOf(entryOf(root, "amplia")?.value, "version")
    ? []
    : [notKnown(labelled)];
}

function tooOld(
  { since, title, hint, severity, asks }: Feature,
  stores: readonly Entry[],
  root: TreeNode,
  version: AmpliaVersion,
): readonly Finding[] {
  if (!isBefore(version, since)) return [];
  return stores.flatMap((store): readonly Finding[] => {
    const anchor = asks(store, root);
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
  });
}

/** A fault that was mended: with several PKCS #11 key stores it is met sooner or later. */
function inParallel(stores: readonly Entry[], version: AmpliaVersion): readonly Finding[] {
  const second = stores.filter(({ value }) => typeOf(value) === "Pkcs11")[1];
  if (second === undefined || !isBefore(version, parallelSince)) return [];
  return [
    {
      code: "profile-amplia-version",
      title: "several PKCS #11 key stores in parallel need Amplia 4.9",
      anchor: typePlace(second),
      detail: `amplia.version is ${version.join(".")}`,
      hint: "update Amplia: an older one fails now and then when two of them are used at once",
      severity: "warning",
    },
  ];
}

function notKnown(store: Entry): Finding {
  return {
    code: "profile-amplia-version",
    title: "TokenLabel needs Amplia 4.8",
    anchor: labelPlace(store),
    detail: `${quotedName(store.key)} has it written; which version reads it is not known`,
    hint: 'say which Amplia it is: amplia: { version: "4.8.0" }',
    severity: "warning",
  };
}

function hasLabel({ value }: Entry, root: TreeNode): boolean {
  return typeOf(value) === "Pkcs11" && writtenLabel(value, entriesOf(root, "users").length) !== undefined;
}

function isOnKnet({ value }: Entry): boolean {
  return typeOf(value) === "Pkcs11" && isKnetStore(value);
}

function labelPlace(store: Entry): Anchor {
  return entryOf(store.value, "token_label") ?? entryOf(store.value, "user") ?? store;
}

function typePlace(store: Entry): Anchor {
  return entryOf(store.value, "type") ?? store;
}
