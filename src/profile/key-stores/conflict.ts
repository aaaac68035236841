import type { Finding } from "../finding.js";
import type { Entry } from "../reading/tree.js";

/** Two keys of a key store that say the same thing twice. */
export function conflict(anchor: Entry, title: string, hint: string): Finding {
  return { code: "profile-key-store-conflict", title, anchor, hint };
}

/** A key store without one of the keys of which it needs one. */
export function incomplete(anchor: Entry, title: string, hint: string): Finding {
  return { code: "profile-key-missing", title, anchor, hint };
}
