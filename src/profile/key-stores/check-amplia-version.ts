import type { Finding } from "../finding.js";
import { quotedName } from "../quote.js";
import { entriesOf, entryOf, textOf, type Anchor, type Entry, type TreeNode } from "../tree.js";
import { writtenLabel } from "./pkcs11-token.js";
import { typeOf } from "./store-types.js";

/** TokenLabel came with Amplia 4.8.0; an older one ignores it, and takes whichever token comes first. */
const labelsSince = [4, 8] as const;

/** Key stores that have a TokenLabel written, against the version of Amplia: an error each where it is too old, one warning where it is not known. */
export function checkAmpliaVersion(root: TreeNode): readonly Finding[] {
  const users = entriesOf(root, "users").length;
  const labelled = entriesOf(root, "key_stores").filter(({ value }) => typeOf(value) === "Pkcs11" && writtenLabel(value, users) !== undefined);
  const version = entryOf(entryOf(root, "amplia")?.value, "version")?.value;
  const [first] = labelled;
  if (version === undefined) return first ? [notKnown(first)] : [];
  const text = textOf(version);
  return text !== undefined && isTooOld(text) ? labelled.map((store) => tooOld(store, text)) : [];
}

function isTooOld(version: string): boolean {
  const parts = /^(\d{1,5})\.(\d{1,5})(?=[.+-]|$)/.exec(version);
  if (parts === null) return false;
  const [major, minor] = [Number(parts[1]), Number(parts[2])];
  return major < labelsSince[0] || (major === labelsSince[0] && minor < labelsSince[1]);
}

function placeOf(store: Entry): Anchor {
  return entryOf(store.value, "token_label") ?? entryOf(store.value, "user") ?? store;
}

function tooOld(store: Entry, version: string): Finding {
  return {
    code: "profile-amplia-version",
    title: `TokenLabel needs Amplia ${labelsSince.join(".")}`,
    anchor: placeOf(store),
    detail: `${quotedName(store.key)} has it written; amplia.version is ${/^[\d.]+/.exec(version)?.[0] ?? ""}`,
    hint: "update Amplia, or choose the token by token_serial",
  };
}

function notKnown(store: Entry): Finding {
  return {
    code: "profile-amplia-version",
    title: `TokenLabel needs Amplia ${labelsSince.join(".")}`,
    anchor: placeOf(store),
    detail: `${quotedName(store.key)} has it written; which version reads it is not known`,
    hint: 'say which Amplia it is: amplia: { version: "4.8.0" }',
    severity: "warning",
  };
}
