import type { Finding } from "./finding.js";
import { placeholderFinding } from "./placeholder.js";
import { isSecretKey } from "./secret-key.js";
import { nearest } from "./suggest.js";
import { entryOf, textOf, type Anchor, type Entry, type MapNode } from "./tree.js";

const sources = ["file", "env", "fd", "credential", "prompt"];
const allowed = `allowed: one of ${sources.join(", ")}`;

/** A user's PIN source: exactly one, and never the PIN. Nothing below `pin` is ever quoted, keys included. */
export function checkPin({ value: user }: Entry): readonly Finding[] {
  const node = entryOf(user, "pin")?.value;
  if (node === undefined) return [];
  if (node.kind === "scalar" && node.value === null) return [wrongSource(node, "pin is empty")];
  if (node.kind !== "map") return [literalPin(node)];
  if (node.entries.size === 0) return [wrongSource(node, "pin is empty")];
  const unknown = [...node.entries.values()].filter(({ key }) => !sources.includes(key));
  if (unknown.length > 0) return unknown.map(unknownSource);
  return node.entries.size > 1 ? [wrongSource(node, "pin has more than one source")] : checkSource(node);
}

function unknownSource(entry: Entry): Finding {
  if (isSecretKey(entry.key)) return literalPin(entry);
  const near = nearest(entry.key, sources);
  return wrongSource(entry, "unknown source of a PIN", near && `did you mean ${near}?`);
}

function checkSource(pin: MapNode): readonly Finding[] {
  const [entry] = pin.entries.values();
  const text = textOf(entry?.value);
  if (entry === undefined) return [];
  const placeholder = text === undefined ? undefined : placeholderFinding(text, entry.value, true);
  if (placeholder) return [placeholder];
  if (entry.key === "env" && text !== undefined && /^[A-Za-z_]\w*$/.test(text)) return [fromEnvironment(entry)];
  return [];
}

function fromEnvironment(anchor: Entry): Finding {
  return {
    code: "profile-pin-env",
    title: "PIN comes from the environment",
    anchor,
    hint: "a variable stays readable in /proc for as long as the process lives; prefer file, fd or credential",
    severity: "warning",
  };
}

const waysToGive = "pin: { file: /run/secrets/NAME }, or env, fd, credential, prompt: true";

function wrongSource(anchor: Anchor, title: string, hint = `give ${waysToGive}`): Finding {
  return { code: "profile-pin-source", title, anchor, detail: allowed, hint };
}

/** The PIN itself stands in the profile, where everybody who may read the profile reads it. */
export function literalPin(anchor: Anchor): Finding {
  return {
    code: "profile-pin-literal",
    title: "a PIN stands in the profile",
    anchor,
    detail: "its text is not shown",
    hint: `remove it, change it on the VHSM if others could read it, and give its source: ${waysToGive}`,
  };
}
