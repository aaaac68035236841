import { sha256 } from "../../host/sha256.js";

/**
 * Where a secret that was taken over is to be put: a file of its own in root's folder, and never that of
 * another name.
 */
export function secretFile(name: string): string {
  const plain = name.replace(/[^\w.-]/g, "_").replace(/^\./, "_");
  return `/etc/knetctl/${plain === name ? plain : `${plain}-${sha256(name).slice(0, 8)}`}.pin`;
}
