import { sha256 } from "../formats/sha256.js";

/**
 * Where to put a secret that was taken over: a separate file in root's folder, never the file of another
 * name.
 */
export function secretFile(name: string): string {
  const plain = name.replace(/[^\w.-]/g, "_").replace(/^\./, "_");
  const mark = sha256(new TextEncoder().encode(name)).slice(0, 8);
  return `/etc/knetctl/${plain === name ? plain : `${plain}-${mark}`}.pin`;
}
