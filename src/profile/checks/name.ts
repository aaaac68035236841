import type { Finding } from "../finding.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quotedName } from "../words/quote.js";
import { textMistake } from "./text.js";
import type { Entry } from "../reading/tree.js";

/** The length in bytes of a token's label in PKCS #11 (CK_TOKEN_INFO); a user's name becomes one. */
const labelBytes = 32;

/** A connection's name, which is used only as a key in config.json. */
export function checkConnectionName(entry: Entry): readonly Finding[] {
  const reason = textMistake(entry.key, 255);
  return reason === undefined
    ? []
    : [invalid("connection", entry, reason, "1 to 255 bytes, no control characters")];
}

/** A user's name, which is also the label of the user's token, padded with spaces to 32 bytes. */
export function checkUserName(entry: Entry): readonly Finding[] {
  const placeholder = placeholderFinding(entry.key, entry);
  if (placeholder) return [placeholder];
  const blank = entry.key.trim() !== entry.key ? "it starts or ends with a space" : undefined;
  const reason = textMistake(entry.key, labelBytes) ?? blank;
  const allowed = `1 to ${labelBytes} bytes in UTF-8, no control characters, no space at either end`;
  return reason === undefined ? [] : [invalid("user", entry, reason, allowed)];
}

function invalid(what: string, anchor: Entry, reason: string, allowed: string): Finding {
  return {
    code: "profile-name-invalid",
    title: `name of the ${what} is not valid`,
    anchor,
    detail: `found ${quotedName(anchor.key)}: ${reason}; allowed: ${allowed}`,
    hint:
      what === "user"
        ? "give the name of the VHSM's user as it is; it becomes the token's label"
        : "choose another name",
  };
}

/**
 * Names that look alike (the same in Unicode normalisation form C) but differ in bytes: one of them is
 * probably a mistake.
 */
export function checkLookalikes(entries: readonly Entry[]): readonly Finding[] {
  const seen = new Map<string, Entry>();
  const findings: Finding[] = [];
  for (const entry of entries) {
    const form = entry.key.normalize("NFC");
    const first = seen.get(form);
    if (first) findings.push(lookalike(entry, first));
    else seen.set(form, entry);
  }
  return findings;
}

function lookalike(anchor: Entry, first: Entry): Finding {
  return {
    code: "profile-name-lookalike",
    title: "two names look the same but differ in bytes",
    anchor,
    detail: quotedName(anchor.key),
    hint:
      "to the VHSM they are different names; if the same one is meant, " +
      "write it the same way in both places",
    severity: "warning",
    first,
  };
}
