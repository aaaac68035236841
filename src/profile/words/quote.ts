import { valueWithoutUrlSecrets, withoutUrlSecrets } from "../../problem/without-url-secrets.js";
import type { ScalarNode } from "../reading/tree.js";

/**
 * Read before the type of a key store is known, so a list of its own; a test holds it against the types'
 * secret keys.
 */
const secretKeys: ReadonlySet<string> = new Set([
  "pin",
  "pins",
  "userpin",
  "password",
  "passwd",
  "passphrase",
  "passcode",
  "pass",
  "pwd",
  "userpassword",
  "secret",
  "usersecret",
  "rootpassword",
  "vcopassword",
  "appkey",
]);

/** A key whose value its writer means as a PIN or another secret, however it is spelt. */
export function isSecretKey(key: string): boolean {
  return secretKeys.has(key.toLowerCase().replace(/[^a-z0-9]/g, ""));
}

/** With what the name of a secret begins, wherever it is in a text; a test holds it against the same keys. */
const secretWord = "(?:pin|pass|pwd|secret|app[_ -]?key)";
const assignedSecret = new RegExp(`${secretWord}\\w*["']?\\s*[:=]`, "i");
const anySecretWord = new RegExp(secretWord, "i");

/** Whether a text assigns a value to a secret somewhere: `pin: 1234`, `"password" = x`, `AppKey=x`. */
export function holdsSecret(text: string): boolean {
  return assignedSecret.test(text);
}

/**
 * A key that may itself contain a secret, as `pin=1234` does after a forgotten space: its text must not be
 * shown.
 */
export function mayHoldSecret(key: string): boolean {
  return !isSecretKey(key) && anySecretWord.test(key);
}

const longest = 60;

/**
 * Text of a profile as evidence: in quotes, on one line, shortened, with every character that a terminal
 * interprets or does not show written as an escape. Not for anything that may be a PIN. A text that contains
 * a PIN's key and value, as after a stray line break or a forgotten quote, is not shown; nor are the user,
 * password and query of a URL.
 */
export function quoted(text: string): string {
  if (holdsSecret(text)) return "text that may contain a PIN";
  // before it is shortened: what marks a password may be in the part that is cut off
  const clean = withoutUrlSecrets(valueWithoutUrlSecrets(text));
  const characters = Array.from(clean.slice(0, 2 * longest));
  const cut = characters.length > longest || clean.length > 2 * longest;
  const shown = characters.slice(0, longest).map(escaped).join("");
  return `"${shown}${cut ? "…" : ""}"`;
}

function escaped(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(character)) return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A name or key as evidence, unless it may itself be a PIN. */
export function quotedName(name: string): string {
  return mayHoldSecret(name) ? "a name that may contain a PIN" : quoted(name);
}

/** A scalar as evidence: text in quotes, anything else as written. */
export function shownValue({ value, text }: ScalarNode): string {
  return typeof value === "string" ? quoted(text) : quoted(text).slice(1, -1);
}

/** The first few of many names, quoted, and how many more there are. */
export function listed(names: readonly string[]): string {
  const few = names.slice(0, 8).map(quotedName).join(", ");
  return names.length > 8 ? `${few} and ${names.length - 8} more` : few;
}
