import { withoutUrlSecrets } from "../problem/without-url-secrets.js";

/**
 * How many characters of a peer's text are kept: enough for a reason, too few to push what matters off the
 * screen.
 */
const longestText = 200;

/**
 * Text of a peer, made safe to quote: on one line, without control and direction-changing characters, and
 * shortened. It cannot forge a line of knetctl's output.
 */
export function peerText(text: string, longest = longestText): string {
  const plain = withoutUrlSecrets(text.slice(0, 16 * longestText))
    .replace(/\s+/gu, " ")
    .replace(/[\p{C}\p{Zl}\p{Zp}\ufffd]/gu, "")
    .trim();
  // a character of two code units is not cut in the middle
  return plain.length > longest ? `${plain.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "")}…` : plain;
}
