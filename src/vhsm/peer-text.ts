import { withoutUrlSecrets } from "../problem/without-url-secrets.js";

/**
 * Characters that are kept of a peer's text: enough for a reason, too little to push what matters off the
 * screen.
 */
const longestText = 200;

/**
 * Text of a peer for quoting: on one line, without control and direction-changing characters, and cut. It
 * forges no line of ours.
 */
export function peerText(text: string, longest = longestText): string {
  const plain = withoutUrlSecrets(text.slice(0, 16 * longestText))
    .replace(/\s+/gu, " ")
    .replace(/[\p{C}\p{Zl}\p{Zp}\ufffd]/gu, "")
    .trim();
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}
