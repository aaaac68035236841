import type { Finding } from "../finding.js";
import { quoted } from "./quote.js";
import type { Anchor } from "../reading/tree.js";

/** Placeholders in the published set-up documents, and what the reader is meant to put there. */
const placeholders: readonly (readonly [RegExp, string])[] = [
  [/^IP_ADDRESS_(OF_YOUR_VHSM|[A-Z])$/, "the IP address of your VHSM"],
  [/^HTTPS_PORT_(OF_YOUR_VHSM|ON_[A-Z])$/, "the HTTPS port of your VHSM (not the TTLV port)"],
  [/^SOME_USERNAME$/, "the name of a regular user of your VHSM"],
  [/(^|\/)SOME_PASSWORD$/, "a way to get the PIN, never the PIN itself"],
  [/X\.Y\.Z/, "the name of the archive you have, with its version"],
  [/(^|\/)your[-_ ]/i, "your own value"],
  [/^(\.{3}|\u2026|X{4,})$|\u2026$/, "the whole value"],
];

/**
 * What a placeholder contains, in lower case: patterns take longer to compile than to use, and are compiled
 * only for texts that may be one.
 */
const marks = [
  "ip_address_",
  "https_port_",
  "some_username",
  "some_password",
  "x.y.z",
  "your",
  "...",
  "…",
  "xxxx",
];

/**
 * A finding when the text is still a placeholder. `secret`: the text may be a PIN and is not quoted.
 */
export function placeholderFinding(text: string, anchor: Anchor, secret = false): Finding | undefined {
  const lower = text.toLowerCase();
  if (!marks.some((mark) => lower.includes(mark))) return undefined;
  const wanted = placeholders.find(([pattern]) => pattern.test(text))?.[1];
  if (wanted === undefined) return undefined;
  return {
    code: "profile-placeholder",
    title: "this is still a placeholder from the documentation",
    anchor,
    ...(!secret && { detail: quoted(text) }),
    hint: `replace it with ${wanted}`,
  };
}
