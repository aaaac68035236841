import { checkPort, parsePort, writtenEndpoints } from "../checks/endpoints.js";
import type { Finding } from "../finding.js";
import { hasMisspelt } from "../words/suggest.js";
import { quotedName } from "../words/quote.js";
import { entryOf, textOf, type Entry, type TreeNode } from "../reading/tree.js";
import { atType, confSince } from "./amplia.js";
import { checkHost, checkText, conflict, incomplete, isAddress } from "./check-values.js";
import { secret, text, type BuildContext, type CheckContext, type KeyStoreType } from "./key-store-type.js";

const keys = {
  host: text("Host", { mayBeShown: isAddress }),
  port: text("Port"),
  root_username: text("RootUsername"),
  root_password: secret("RootPassword"),
  vco_username: text("VcoUsername"),
  vco_password: secret("VcoPassword"),
};

const places = ["host", "port", "connection", "user"];
const rootKeys = ["root_username", "root_password"];
const vcoKeys = ["vco_username", "vco_password"];

/**
 * A VHSM used through the vendor's own API: where it is and who logs in, each given here or derived from the
 * rest of the profile. `root`: a regular user, who holds the CA's keys; `vco`: a VCO user, who holds the
 * users' keys.
 */
export const kryptus: KeyStoreType<typeof keys> = {
  keys,
  references: ["connection", "user"],
  needs: [
    {
      since: confSince,
      title: "key store type Kryptus needs Amplia 4.0",
      hint: "update Amplia, or use type Pkcs11 with a user of the profile",
      askedAt: atType,
    },
  ],
  check,
  derive: (store, context) => {
    const user = context.users.get(textAt(store, "user") ?? "");
    const place = placeOf(store, user?.connection, context);
    if (place === undefined) return undefined;
    if (user?.pin) return { ...place, root_username: user.name, root_password: user.pin };
    return firstOf(store, [...rootKeys, ...vcoKeys]) && place;
  },
};

function placeOf(
  store: TreeNode,
  usersConnection: string | undefined,
  { connections }: BuildContext,
): { readonly host: string; readonly port: string } | undefined {
  const endpoint = connections.get(textAt(store, "connection") ?? usersConnection ?? "")?.endpoints[0];
  const host = textAt(store, "host") ?? endpoint?.ip;
  const port = parsePort(entryOf(store, "port")?.value) ?? endpoint?.port;
  return host === undefined || port === undefined ? undefined : { host, port: String(port) };
}

function check(store: Entry, context: CheckContext): readonly Finding[] {
  const { value } = store;
  const name = { blanks: true, hint: "give the VHSM user's name exactly as it is" };
  return [
    ...checkHost(entryOf(value, "host")),
    ...checkPort(entryOf(value, "port")?.value),
    ...context.unknownConnection(entryOf(value, "connection")?.value),
    ...context.unknownUser(entryOf(value, "user")?.value),
    ...checkText(entryOf(value, "root_username"), name),
    ...checkText(entryOf(value, "vco_username"), name),
    ...checkPlace(store, context),
    ...checkPairs(store, context),
  ];
}

function checkPlace(store: Entry, context: CheckContext): readonly Finding[] {
  const [host, port, connection, user] = places.map((key) => entryOf(store.value, key));
  const own = host ?? port;
  if (own && connection)
    return [
      conflict(
        connection,
        "key store has both a connection and host or port",
        "remove the connection, or host and port",
      ),
    ];
  if (!own && !connection && !user) {
    if (isMisspelt(store.value, places)) return [];
    return [
      incomplete(
        store,
        "key store has no host",
        "give host and port, or name a connection or user of the profile that has them",
      ),
    ];
  }
  const users = context.users.get(textOf(user?.value) ?? "");
  const other = textOf(entryOf(users?.value, "connection")?.value);
  if (connection && other !== undefined && textOf(connection.value) !== other) {
    return [
      conflict(
        connection,
        "key store's connection is not that of its user",
        `remove it: the user's own connection, ${quotedName(other)}, is used`,
      ),
    ];
  }
  return oneHost(store, context);
}

/** A Kryptus key store knows one host; the others of an HA vector are not used. */
function oneHost(store: Entry, context: CheckContext): readonly Finding[] {
  const name = connectionOf(store.value, context);
  const connection = name === undefined ? undefined : context.connections.get(name)?.value;
  const count = connection?.kind === "map" ? writtenEndpoints(connection).length : 0;
  if (count < 2) return [];
  return [
    {
      code: "profile-key-store-one-host",
      title: "a Kryptus key store knows only one host",
      anchor: entryOf(store.value, "connection") ?? entryOf(store.value, "user") ?? store,
      detail: `the first of ${count} endpoints is used; it does not fail over to the others`,
      hint: "give host and port of another endpoint, or use type Pkcs11, whose module knows them all",
      severity: "warning",
    },
  ];
}

function checkPairs(store: Entry, context: CheckContext): readonly Finding[] {
  const { value } = store;
  const user = entryOf(value, "user");
  const root = firstOf(value, rootKeys);
  const vco = firstOf(value, vcoKeys);
  if (user && root)
    return [
      conflict(
        root,
        `key store has both user and ${root.key}`,
        "remove it: the user's own name and password are used; or remove user",
      ),
    ];
  if (!user && !root && !vco) {
    if (isMisspelt(value, ["user", ...rootKeys, ...vcoKeys])) return [];
    return [
      incomplete(
        store,
        "key store has no user",
        "give root_username and root_password, vco_username and vco_password, or a user of the profile",
      ),
    ];
  }
  const pin = user ? checkUsersPin(user, context) : [];
  return vco && (user ?? root) ? [...pin, bothPairs(vco)] : pin;
}

function checkUsersPin(user: Entry, { users }: CheckContext): readonly Finding[] {
  const named = users.get(textOf(user.value) ?? "");
  if (named?.value.kind !== "map" || entryOf(named.value, "pin")) return [];
  return [
    {
      code: "profile-pin-missing",
      title: "Kryptus key store needs the user's PIN source",
      anchor: user.value,
      detail: quotedName(named.key),
      hint: "the user's PIN becomes RootPassword; set the user's pin: { file: … }",
    },
  ];
}

function bothPairs(anchor: Entry): Finding {
  return {
    code: "profile-key-store-pairs",
    title: "key store has both a regular and a VCO user",
    anchor,
    detail: "the regular user holds the CA's keys, the VCO user the users' keys",
    hint: "having both in one key store is unusual; check that both kinds of keys belong here",
    severity: "warning",
  };
}

/**
 * The name of the connection that gives the key store its host: its own, or else its user's; undefined if it
 * has a host.
 */
function connectionOf(store: TreeNode, { users }: CheckContext): string | undefined {
  if (entryOf(store, "host")) return undefined;
  const user = users.get(textAt(store, "user") ?? "");
  return textAt(store, "connection") ?? textOf(entryOf(user?.value, "connection")?.value);
}

function textAt(store: TreeNode, key: string): string | undefined {
  return textOf(entryOf(store, key)?.value);
}

function firstOf(store: TreeNode, keys: readonly string[]): Entry | undefined {
  return keys.map((key) => entryOf(store, key)).find((entry) => entry !== undefined);
}

function isMisspelt(store: TreeNode, keys: readonly string[]): boolean {
  return keys.some((key) => hasMisspelt(store, key, keys));
}
