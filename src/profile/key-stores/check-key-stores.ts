import { checkSecret } from "../checks/secrets.js";
import type { Finding } from "../finding.js";
import { entriesOf, entryOf, textOf, type Entry, type TreeNode } from "../reading/tree.js";
import { quoted, quotedName } from "../words/quote.js";
import { hasMisspelt, nearest, unknownNames } from "../words/suggest.js";
import { ampliaVersionOf, confSince, isBefore, oldSettings, targetIn, type AmpliaVersion } from "./amplia.js";
import { checkDefaultStore, checkStoreNames } from "./check-names.js";
import { checkForms, checkTargets } from "./check-settings-files.js";
import type { CheckContext, Feature } from "./key-store-type.js";
import { keyStoreTypes, secretKeysIn, typeNames, typeOf } from "./key-store-types.js";

/** Everything about key stores that a schema cannot say, or cannot say clearly. */
export function checkKeyStores(root: TreeNode): readonly Finding[] {
  const stores = entriesOf(root, "key_stores");
  const context = contextOf(root);
  return [
    ...checkStoreNames(stores),
    ...stores.flatMap((store) => [
      ...checkType(store),
      ...checkSecrets(store),
      ...(typeOf(store.value)?.check(store, context) ?? []),
    ]),
    ...checkTargets(root),
    ...checkDefaultStore(root),
    ...checkTogether(stores, context),
    ...checkAmpliaVersion(context),
    ...checkForms(root),
  ];
}

function contextOf(root: TreeNode): CheckContext {
  const users = new Map(entriesOf(root, "users").map((entry) => [entry.key, entry]));
  const connections = new Map(entriesOf(root, "connections").map((entry) => [entry.key, entry]));
  return {
    root,
    users,
    connections,
    version: ampliaVersionOf(root),
    unknownUser: unknownNames([...users.keys()], {
      code: "profile-user-unknown",
      title: "key store's user is not in the profile",
      hint: "name one of the users, or add this one",
    }),
    unknownLabel: unknownNames([...users.keys()], {
      code: "profile-user-unknown",
      title: "key store's token_label is not a user of the profile",
      hint: "the label of a kNET token is its user's name; name one of the users",
    }),
    unknownConnection: unknownNames([...connections.keys()], {
      code: "profile-connection-unknown",
      title: "key store's connection is not in the profile",
      hint: "name one of the connections, or add this one",
    }),
  };
}

function checkSecrets({ value }: Entry): readonly Finding[] {
  return secretKeysIn(value).flatMap((key) => {
    const secret = entryOf(value, key);
    return secret ? checkSecret(secret) : [];
  });
}

function checkTogether(stores: readonly Entry[], context: CheckContext): readonly Finding[] {
  return [...keyStoreTypes.values()].flatMap(
    (type) =>
      type.checkTogether?.(
        stores.filter(({ value }) => typeOf(value) === type),
        context,
      ) ?? [],
  );
}

/** Types that the application has but this program does not write: why, and what to do. */
const otherTypes: readonly (readonly [RegExp, string])[] = [
  [/^(capi|cng)$/i, "Capi and Cng exist only on Windows; on Linux use Pkcs11, or the type of the HSM"],
  [/^native$/i, "Native is deprecated and not supported here; use one of the other types"],
  [
    /^database(key_?store)?$/i,
    "the database store has no section of its own and is not supported here; to enable it, use " +
      "Amplia:DatabaseKeyStoreEnabled",
  ],
];

/**
 * A key store's type is one of four, in this spelling. The schema reports a type that is not text or is left
 * out.
 */
export function checkType({ value: store }: Entry): readonly Finding[] {
  const entry = entryOf(store, "type");
  if (entry === undefined) return misspelt(store);
  const text = textOf(entry.value);
  if (text === undefined || typeOf(store) !== undefined) return [];
  return [
    {
      code: "profile-value-invalid",
      title: "unknown type of key store",
      anchor: entry.value,
      detail: `found ${quoted(text)}; allowed: ${typeNames.join(", ")}`,
      hint: hintFor(text),
    },
  ];
}

function hintFor(text: string): string {
  const other = otherTypes.find(([pattern]) => pattern.test(text))?.[1];
  if (other !== undefined) return other;
  const near = nearest(text, typeNames);
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
function checkAmpliaVersion({ root, version }: CheckContext): readonly Finding[] {
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
