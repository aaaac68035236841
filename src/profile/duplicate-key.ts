import type { Finding } from "./finding.js";
import { quoted } from "./quote.js";
import { mayHoldSecret } from "./secret-key.js";
import type { Entry } from "./tree.js";

/**
 * The second of two equal keys in one map. The first one counts for the other checks. `hidden`: not quoted.
 */
export function duplicateKey(entry: Entry, first: Entry, hidden: boolean): Finding {
  return {
    code: "profile-key-duplicate",
    title: "key occurs twice in one map",
    anchor: entry,
    ...(!hidden && !mayHoldSecret(entry.key) && { detail: quoted(entry.key) }),
    hint: "keep one of the two",
    first,
  };
}
