const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * A text in five letters, under which the page has its translation: the English of each text would be in the
 * page twice. FNV-1a, of which 30 bits are used; the build fails if two texts get the same.
 */
export function shortKey(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return [0, 6, 12, 18, 24].map((by) => letters.charAt((hash >>> by) & 63)).join("");
}
