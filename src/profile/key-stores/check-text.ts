import type { Finding } from "../finding.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { textMistake } from "../checks/text.js";
import { textOf, type Entry } from "../reading/tree.js";

/** What settings hold in one line; longer than any name in use. */
const longestName = 255;

/** `blanks`: they may stand at the ends. `bytes`: of UTF-8, at most. */
export interface TextRule {
  readonly bytes?: number;
  readonly blanks?: boolean;
  readonly hint: string;
}

/**
 * A short text of one line: a name, a label, a serial number. Empty, and kinds other than text, is the
 * schema's.
 */
export function checkText(
  entry: Entry | undefined,
  { bytes = longestName, blanks = false, hint }: TextRule,
): readonly Finding[] {
  const text = textOf(entry?.value);
  if (entry === undefined || text === undefined || text === "") return [];
  const placeholder = placeholderFinding(text, entry.value);
  if (placeholder) return [placeholder];
  const padded = !blanks && text.trim() !== text ? "it starts or ends with a blank" : undefined;
  const mistake = textMistake(text, bytes) ?? padded;
  if (mistake === undefined) return [];
  const allowed = `1 to ${bytes} bytes, no control characters${blanks ? "" : ", no blank at either end"}`;
  return [
    {
      code: "profile-value-invalid",
      title: `${entry.key} is not valid`,
      anchor: entry.value,
      detail: `found ${quoted(text)}: ${mistake}; allowed: ${allowed}`,
      hint,
    },
  ];
}
