import { sha256 } from "@noble/hashes/sha2.js";

/**
 * Where to put a secret that was taken over: a separate file in root's folder, never the file of another
 * name.
 */
export function secretFile(name: string): string {
  const plain = name.replace(/[^\w.-]/g, "_").replace(/^\./, "_");
  return `/etc/knetctl/${plain === name ? plain : `${plain}-${mark(name)}`}.pin`;
}

/** The first eight hexadecimal digits of the name's SHA-256. */
function mark(name: string): string {
  const digest = sha256(new TextEncoder().encode(name));
  return [...digest.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
