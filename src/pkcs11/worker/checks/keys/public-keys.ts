import { createPublicKey, type KeyObject } from "node:crypto";

/**
 * An RSA key from CKA_MODULUS and CKA_PUBLIC_EXPONENT: unsigned big-endian numbers. Throws if they are not.
 */
export function rsaPublicKey(modulus: Buffer, exponent: Buffer): KeyObject {
  return createPublicKey({
    format: "jwk",
    key: { kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") },
  });
}

/**
 * An EC key from CKA_EC_PARAMS (DER) and CKA_EC_POINT: the point in a DER OCTET STRING, as PKCS #11 requires,
 * or bare, as some modules return it. Throws for anything else, and for a point that is not on the curve.
 */
export function ecPublicKey(parameters: Buffer, ecPoint: Buffer): KeyObject {
  const forms = [...octetsIn(ecPoint), ecPoint];
  for (const point of forms) {
    try {
      return createPublicKey({ format: "der", type: "spki", key: publicKeyInfo(parameters, point) });
    } catch {
      // the other form may be the one
    }
  }
  throw new Error(`CKA_EC_POINT holds no point of the key's curve (${ecPoint.length} bytes)`);
}

/** Ed25519 in CKA_EC_PARAMS: the identifier of RFC 8410, or a name or identifier of PKCS #11. */
const ed25519Names: readonly string[] = [
  "06032b6570",
  "130c656477617264733235353139",
  "06092b06010401da470f01",
];
const ed25519Bytes = 32;

/**
 * An Ed25519 key from CKA_EC_PARAMS (DER) and CKA_EC_POINT: the point in a DER OCTET STRING, or bare, as
 * version 3.0 requires. Throws for anything else, and for Ed448, for which CKM_EDDSA needs a parameter.
 */
export function edwardsPublicKey(parameters: Buffer, ecPoint: Buffer): KeyObject {
  const point = [ecPoint, ...octetsIn(ecPoint)].find(({ length }) => length === ed25519Bytes);
  if (!ed25519Names.includes(parameters.toString("hex")) || point === undefined)
    throw new Error(`CKA_EC_POINT holds no point of Ed25519 (${ecPoint.length} bytes)`);
  return createPublicKey({
    format: "jwk",
    key: { kty: "OKP", crv: "Ed25519", x: point.toString("base64url") },
  });
}

/** The content of a DER OCTET STRING of at most 255 bytes; none if it is not one. */
function octetsIn(value: Buffer): readonly Buffer[] {
  if (value[0] !== 0x04) return [];
  const start = value[1] === 0x81 ? 3 : 2;
  return value[start - 1] === value.length - start ? [value.subarray(start)] : [];
}

const idEcPublicKey = Buffer.from("06072a8648ce3d0201", "hex");

/** SubjectPublicKeyInfo (RFC 5480, section 2), DER. */
function publicKeyInfo(parameters: Buffer, point: Buffer): Buffer {
  const algorithm = der(0x30, Buffer.concat([idEcPublicKey, parameters]));
  return der(0x30, Buffer.concat([algorithm, der(0x03, Buffer.concat([Buffer.alloc(1), point]))]));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const curves: ReadonlyMap<string, string> = new Map([
  ["prime256v1", "P-256"],
  ["secp384r1", "P-384"],
  ["secp521r1", "P-521"],
]);

/** `RSA 2048`, `EC P-256`, `Ed25519`. */
export function keyText({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string {
  const { modulusLength, namedCurve } = asymmetricKeyDetails;
  if (modulusLength !== undefined) return `RSA ${modulusLength}`;
  if (asymmetricKeyType === "ed25519") return "Ed25519";
  return namedCurve === undefined ? (asymmetricKeyType ?? "") : `EC ${curves.get(namedCurve) ?? namedCurve}`;
}
