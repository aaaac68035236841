import { isClientModule } from "../../vendor/client.js";
import type { Finding } from "../finding.js";
import { hasMisspelt } from "../words/suggest.js";
import { quotedName } from "../words/quote.js";
import { entriesOf, entryOf, textOf, type Anchor, type Entry, type TreeNode } from "../reading/tree.js";
import { atType, confSince, isBefore, type AmpliaVersion } from "./amplia.js";
import type { CheckContext } from "./key-store-type.js";

/** Whether a Pkcs11 key store uses the kNET module: it names a user, or that module's file. */
export function isKnetStore(store: TreeNode): boolean {
  return (
    entryOf(store, "user") !== undefined || isClientModule(textOf(entryOf(store, "module")?.value) ?? "")
  );
}

/**
 * The TokenLabel that is written for a Pkcs11 key store: the one asked for, or its user's name where the
 * module shows several tokens.
 */
export function writtenLabel(store: TreeNode, users: number): string | undefined {
  const [label, user, serial] = ["token_label", "user", "token_serial"].map((key) =>
    textOf(entryOf(store, key)?.value),
  );
  if (label !== undefined || serial !== undefined) return label;
  return users > 1 ? user : undefined;
}

/**
 * Which token a Pkcs11 key store uses, as far as the profile shows: equal for two key stores on one token. If
 * it names none, it uses the only token there is.
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

/**
 * Findings about the Pkcs11 key stores of a profile taken together: one token used twice, what the vendor
 * recommends instead, and what their number or their labels require of Amplia.
 */
export function checkTokens(
  stores: readonly Entry[],
  { users, root, version }: CheckContext,
): readonly Finding[] {
  const tokens = stores.filter(({ value }) => hasToken(value));
  const onKnet = tokens.find(({ value }) => isKnetStore(value));
  return [
    ...sharedTokens(tokens, [...users.keys()]),
    ...(onKnet && (version === undefined || !isBefore(version, confSince)) ? [tip(onKnet, version)] : []),
    ...(version === undefined ? labelOfUnknown(stores, root) : inParallel(stores, version)),
  ];
}

/** Leaves out those whose user or module is missing or misspelt: nothing can be said about them. */
function hasToken(store: Entry["value"]): boolean {
  if (["token_serial", "token_label"].some((key) => hasMisspelt(store, key, ["token_serial", "token_label"])))
    return false;
  return (entryOf(store, "user") ?? entryOf(store, "module")) !== undefined;
}

function sharedTokens(stores: readonly Entry[], users: readonly string[]): readonly Finding[] {
  const seen = new Map<string, Entry>();
  return stores.flatMap((entry) => {
    const token = tokenOf(entry.value, users);
    const first = seen.get(token);
    if (first === undefined) seen.set(token, entry);
    return first === undefined ? [] : [shared(entry, first)];
  });
}

function shared(anchor: Entry, first: Entry): Finding {
  return {
    code: "profile-token-shared",
    title: "two key stores use the same token",
    anchor,
    detail: `${quotedName(anchor.key)} and ${quotedName(first.key)}`,
    hint: "give each one its own user, token_serial or token_label, or remove one",
    severity: "warning",
    first,
  };
}

const aesSince: AmpliaVersion = [4, 21];

/** Reported once per profile, at the first key store that it concerns, if Amplia has the type. */
function tip({ key, value }: Entry, version: AmpliaVersion | undefined): Finding {
  const aes =
    version !== undefined && isBefore(version, aesSince) ? "; it supports AES keys from Amplia 4.21 on" : "";
  return {
    code: "profile-key-store-tip",
    title: "for a Kryptus HSM, the vendor recommends type Kryptus over Pkcs11",
    anchor: entryOf(value, "type") ?? value,
    detail: quotedName(key),
    hint: `consider type: Kryptus, with the same user; keep Pkcs11 if there is a reason for it${aes}`,
    severity: "warning",
  };
}

const parallelSince: AmpliaVersion = [4, 9];

/** A bug that Amplia has since fixed: with several PKCS #11 key stores it shows sooner or later. */
function inParallel(stores: readonly Entry[], version: AmpliaVersion): readonly Finding[] {
  const second = stores[1];
  if (second === undefined || !isBefore(version, parallelSince)) return [];
  return [
    {
      code: "profile-amplia-version",
      title: "several PKCS #11 key stores used in parallel need Amplia 4.9",
      anchor: atType(second),
      detail: `amplia.version is ${version.join(".")}`,
      hint: "update Amplia: older versions fail now and then when two of them are used at once",
      severity: "warning",
    },
  ];
}

/**
 * If the version is not known, only TokenLabel is mentioned: an older Amplia silently ignores it, and uses
 * whichever token comes first.
 */
function labelOfUnknown(stores: readonly Entry[], root: TreeNode): readonly Finding[] {
  const store = stores.find((one) => writtenLabelOf(one, root) !== undefined);
  if (store === undefined || entryOf(entryOf(root, "amplia")?.value, "version")) return [];
  return [
    {
      code: "profile-amplia-version",
      title: "TokenLabel needs Amplia 4.8",
      anchor: labelPlace(store),
      detail: `it is written for ${quotedName(store.key)}; which version of Amplia reads it is not known`,
      hint: 'say which Amplia it is: amplia: { version: "4.8.0" }',
      severity: "warning",
    },
  ];
}

/** The TokenLabel that is written for this key store, in this profile. */
export function writtenLabelOf({ value }: Entry, root: TreeNode): string | undefined {
  return writtenLabel(value, entriesOf(root, "users").length);
}

export function labelPlace(store: Entry): Anchor {
  return entryOf(store.value, "token_label") ?? entryOf(store.value, "user") ?? store;
}
