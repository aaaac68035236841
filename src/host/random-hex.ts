import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * A new version 4 UUID each time it is read: see random(4). Its 13th digit is the version, and the 17th says
 * the variant.
 */
const kernelsUuid = "/proc/sys/kernel/random/uuid";
const uuid = /^([0-9a-f]{8})-([0-9a-f]{4})-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-([0-9a-f]{12})\n$/;

/**
 * Random hexadecimal digits that nobody can foresee, at most 24. The kernel gives them without `node:crypto`,
 * which starts OpenSSL: a fifth of what Node needs for its own start. Where the kernel does not answer,
 * `node:crypto` does.
 */
export function randomHex(digits: number): string {
  return (fromKernel() ?? randomBytes(12).toString("hex")).slice(0, digits);
}

function fromKernel(): string | undefined {
  try {
    const found = uuid.exec(readFileSync(kernelsUuid, "latin1"));
    return found === null ? undefined : found.slice(1).join("");
  } catch {
    return undefined;
  }
}

/** SHA-256 in lower-case hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
