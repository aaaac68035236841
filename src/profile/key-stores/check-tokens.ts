import { hasMisspelt } from "../words/suggest.js";
import type { Finding } from "../finding.js";
import { quotedName } from "../words/quote.js";
import { entryOf, type Entry } from "../reading/tree.js";
import { confSince, isBefore, type AmpliaVersion } from "./amplia-version.js";
import type { Context } from "./context.js";
import { isKnetStore, tokenOf } from "./pkcs11-token.js";
import { typeOf } from "./store-types.js";

/**
 * What the Pkcs11 key stores of a profile say together: one token twice, and what the vendor recommends
 * instead.
 */
export function checkTokens(stores: readonly Entry[], { users, version }: Context): readonly Finding[] {
  const tokens = stores.filter(({ value }) => typeOf(value) === "Pkcs11" && hasToken(value));
  const onKnet = tokens.find(({ value }) => isKnetStore(value));
  return [
    ...sharedTokens(tokens, [...users.keys()]),
    ...(onKnet && (version === undefined || !isBefore(version, confSince)) ? [tip(onKnet, version)] : []),
  ];
}

/** Not one whose user or module is missing or misspelt, of which nothing can be told. */
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
    title: "two key stores use one token",
    anchor,
    detail: `${quotedName(anchor.key)} and ${quotedName(first.key)}`,
    hint: "give each its own user, token_serial or token_label, or remove one",
    severity: "warning",
    first,
  };
}

const aesSince: AmpliaVersion = [4, 21];

/** Once a profile, at the first key store that it is about, for an Amplia that has the type. */
function tip({ key, value }: Entry, version: AmpliaVersion | undefined): Finding {
  const aes =
    version !== undefined && isBefore(version, aesSince) ? "; it has AES keys from Amplia 4.21 on" : "";
  return {
    code: "profile-key-store-tip",
    title: "for a Kryptus HSM the vendor recommends type Kryptus over Pkcs11",
    anchor: entryOf(value, "type") ?? value,
    detail: quotedName(key),
    hint: `consider type: Kryptus, with the same user; keep Pkcs11 where there is a reason for it${aes}`,
    severity: "warning",
  };
}
