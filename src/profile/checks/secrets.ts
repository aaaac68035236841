import type { Finding } from "../finding.js";
import { isSecretSlot, secretKeysIn } from "../key-stores/key-store-types.js";
import {
  type Anchor,
  entriesOf,
  type Entry,
  entryOf,
  type MapNode,
  textOf,
  type TreeNode,
} from "../reading/tree.js";
import { placeholderFinding } from "../words/placeholder.js";
import { isSecretKey } from "../words/quote.js";
import { nearest } from "../words/suggest.js";

const sources = ["file", "env", "fd", "credential", "prompt"];
const allowed = `allowed: one of ${sources.join(", ")}`;

/**
 * The source of a secret (`pin`, `root_password`): exactly one, and never the secret. Nothing below its key
 * is ever quoted, keys included.
 */
export function checkSecret({ key, value: node }: Entry): readonly Finding[] {
  if (node.kind === "scalar" && node.value === null) return [wrongSource(node, key, `${key} is empty`)];
  if (node.kind !== "map") return [literalSecret(node, key)];
  if (node.entries.size === 0) return [wrongSource(node, key, `${key} is empty`)];
  const unknown = [...node.entries.values()].filter((entry) => !sources.includes(entry.key));
  if (unknown.length > 0) return unknown.map((entry) => unknownSource(entry, key));
  return node.entries.size > 1
    ? [wrongSource(node, key, `${key} has more than one source`)]
    : checkSource(node, key);
}

function unknownSource(entry: Entry, key: string): Finding {
  if (isSecretKey(entry.key)) return literalSecret(entry, key);
  const near = nearest(entry.key, sources);
  return wrongSource(entry, key, `unknown source of a ${nounOf(key)}`, near && `did you mean ${near}?`);
}

function checkSource(secret: MapNode, key: string): readonly Finding[] {
  const [entry] = secret.entries.values();
  const text = textOf(entry?.value);
  if (entry === undefined) return [];
  const placeholder = text === undefined ? undefined : placeholderFinding(text, entry.value, true);
  if (placeholder) return [placeholder];
  if (entry.key === "env" && text !== undefined && /^[A-Za-z_]\w*$/.test(text))
    return [fromEnvironment(entry, key)];
  return [];
}

function fromEnvironment(anchor: Entry, key: string): Finding {
  return {
    code: "profile-pin-env",
    title: `${nounOf(key)} comes from the environment`,
    anchor,
    hint:
      "a variable stays readable in /proc for as long as the process runs; prefer file, fd or " +
      "credential",
    severity: "warning",
  };
}

function waysToGive(key: string): string {
  return `${key}: { file: /run/secrets/NAME }, or env, fd, credential, prompt: true`;
}

function wrongSource(anchor: Anchor, key: string, title: string, hint = `give ${waysToGive(key)}`): Finding {
  return { code: "profile-pin-source", title, anchor, detail: allowed, hint };
}

/**
 * The secret itself is in the profile, where everyone who can read the profile can read it. `key`: the key
 * that should name its source.
 */
export function literalSecret(anchor: Anchor, key: string): Finding {
  return {
    code: "profile-pin-literal",
    title: `there is a ${nounOf(key)} in the profile`,
    anchor,
    detail: "its text is not shown",
    hint:
      "remove it, change it where it is used if others could read it, and give its source: " +
      waysToGive(key),
  };
}

function nounOf(key: string): string {
  if (key === "pin") return "PIN";
  return key.endsWith("password") ? "password" : "secret";
}

/** Where a walk through a profile is, as far as that decides what a key means. */
type Room = "top" | "names" | "user names" | "user" | "store names" | "key store" | "other";

/**
 * Keys named like a secret anywhere but in their proper places, `users.NAME.pin` and those of each type of
 * key store. Connections, users and key stores may have any name, even "pin" or "secret".
 */
export function checkStrayPins(root: TreeNode): readonly Finding[] {
  return strayPins(root, "top");
}

function strayPins(node: TreeNode, room: Room): readonly Finding[] {
  if (node.kind === "list") return node.items.flatMap((item) => strayPins(item, "other"));
  if (node.kind === "scalar") return [];
  return [...node.entries.values()].flatMap((entry) => {
    if (room.endsWith("names")) return strayPins(entry.value, roomBelow(room, entry.key));
    if (isInPlace(entry, node, room)) return [];
    return isSecretKey(entry.key)
      ? [literalSecret(entry, "pin")]
      : strayPins(entry.value, roomBelow(room, entry.key));
  });
}

/** A source at a key of another type of key store is a superfluous key, not a secret. */
function isInPlace({ key, value }: Entry, node: MapNode, room: Room): boolean {
  if (room === "user") return key === "pin";
  if (room !== "key store") return false;
  return secretKeysIn(node).includes(key) || (isSecretSlot(key) && value.kind === "map");
}

function roomBelow(room: Room, key: string): Room {
  if (room === "top" && key === "users") return "user names";
  if (room === "top" && (key === "connections" || key === "consumers")) return "names";
  if (room === "top" && key === "key_stores") return "store names";
  if (room === "user names") return "user";
  return room === "store names" ? "key store" : "other";
}

/**
 * Descriptors named by more than one source of a secret: what one reads is gone for the next. The same goes
 * for standard input when the profile itself comes from there. A key store that uses its user's source does
 * not read anything itself.
 */
export function checkSharedDescriptors(root: TreeNode, profileFromInput: boolean): readonly Finding[] {
  const seen = new Map<unknown, Anchor | undefined>(profileFromInput ? [[0, undefined]] : []);
  const findings: Finding[] = [];
  for (const { value: source } of secretSlots(root)) {
    const node = entryOf(source, "fd")?.value;
    if (node?.kind !== "scalar" || typeof node.value !== "number") continue;
    if (seen.has(node.value)) findings.push(shared(node, seen.get(node.value)));
    else seen.set(node.value, node);
  }
  return findings;
}

function shared(anchor: Anchor, first: Anchor | undefined): Finding {
  return {
    code: "profile-pin-shared",
    title: first
      ? "two secrets come from one file descriptor"
      : "the secret and the profile both come from standard input",
    anchor,
    hint: "a descriptor can be read once; give each secret its own, or a file",
    ...(first && { first }),
  };
}

/**
 * Every place in a profile that holds the source of a secret: the users' PINs, and the secrets of each key
 * store.
 */
export function secretSlots(root: TreeNode): readonly Entry[] {
  return [
    ...entriesOf(root, "users").flatMap(({ value }) => slots(value, ["pin"])),
    ...entriesOf(root, "key_stores").flatMap(({ value }) => slots(value, secretKeysIn(value))),
  ];
}

function slots(node: TreeNode, keys: readonly string[]): readonly Entry[] {
  return keys.map((key) => entryOf(node, key)).filter((entry) => entry !== undefined);
}
