import { createPublicKey, type KeyObject } from "node:crypto";

/**
 * An RSA key from CKA_MODULUS and CKA_PUBLIC_EXPONENT: unsigned big-endian numbers. Throws when they are
 * none.
 */
export function rsaPublicKey(modulus: Buffer, exponent: Buffer): KeyObject {
  return createPublicKey({
    format: "jwk",
    key: { kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") },
  });
}

/**
 * A P-256 key from CKA_EC_POINT: the uncompressed point (04 X Y, 65 bytes) in a DER OCTET STRING, as PKCS #11
 * wants it, or bare, as some modules give it. Throws for anything else, and for a point that is not on the
 * curve.
 */
export function p256PublicKey(ecPoint: Buffer): KeyObject {
  const point =
    ecPoint.length === 67 && ecPoint[0] === 0x04 && ecPoint[1] === 65 ? ecPoint.subarray(2) : ecPoint;
  if (point.length !== 65 || point[0] !== 0x04)
    throw new Error(`CKA_EC_POINT holds no uncompressed P-256 point (${ecPoint.length} bytes)`);
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString("base64url"));
  return createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" } });
}
