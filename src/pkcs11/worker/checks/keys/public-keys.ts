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
  const point = [...octetsIn(ecPoint), ecPoint].find((one) => isOnCurve(parameters, one));
  if (point === undefined)
    throw new Error(`CKA_EC_POINT holds no point of the key's curve (${ecPoint.length} bytes)`);
  return createPublicKey({ format: "der", type: "spki", key: publicKeyInfo(parameters, point) });
}

interface EdwardsCurve {
  readonly crv: "Ed25519" | "Ed448";
  /** In CKA_EC_PARAMS: the identifier of RFC 8410, or a name or identifier of PKCS #11. */
  readonly names: readonly string[];
  readonly bytes: number;
}

const edwardsCurves: readonly EdwardsCurve[] = [
  {
    crv: "Ed25519",
    names: ["06032b6570", "130c656477617264733235353139", "06092b06010401da470f01"],
    bytes: 32,
  },
  { crv: "Ed448", names: ["06032b6571", "130a65647761726473343438"], bytes: 57 },
];

/**
 * An Ed25519 or Ed448 key from CKA_EC_PARAMS (DER) and CKA_EC_POINT: the point in a DER OCTET STRING, or
 * bare, as version 3.0 requires. Throws for anything else.
 */
export function edwardsPublicKey(parameters: Buffer, ecPoint: Buffer): KeyObject {
  const curve = edwardsCurves.find(({ names }) => names.includes(parameters.toString("hex")));
  const point = [ecPoint, ...octetsIn(ecPoint)].find(({ length }) => length === curve?.bytes);
  if (curve === undefined || point === undefined)
    throw new Error(`CKA_EC_POINT holds no point of Ed25519 or Ed448 (${ecPoint.length} bytes)`);
  return createPublicKey({
    format: "jwk",
    key: { kty: "OKP", crv: curve.crv, x: point.toString("base64url") },
  });
}

/**
 * CKA_EC_PARAMS and CKA_EC_POINT of a key as every member has them, however it writes them: the point bare,
 * an Edwards curve by one of its names. Of a curve that is not known here, as they are.
 */
export function plainPoint(parameters: Buffer, ecPoint: Buffer): readonly [Buffer, Buffer] {
  const curve = edwardsCurves.find(({ names }) => names.includes(parameters.toString("hex")));
  const forms = [...octetsIn(ecPoint), ecPoint];
  if (curve !== undefined)
    return [Buffer.from(curve.crv), forms.find(({ length }) => length === curve.bytes) ?? ecPoint];
  return [parameters, forms.find((point) => isOnCurve(parameters, point)) ?? forms[0] ?? ecPoint];
}

function isOnCurve(parameters: Buffer, point: Buffer): boolean {
  try {
    createPublicKey({ format: "der", type: "spki", key: publicKeyInfo(parameters, point) });
    return true;
  } catch {
    return false;
  }
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

/** `RSA 2048`, `EC P-256`, `Ed25519`, `Ed448`. */
export function keyText({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string {
  const { modulusLength, namedCurve } = asymmetricKeyDetails;
  if (modulusLength !== undefined) return `RSA ${modulusLength}`;
  if (asymmetricKeyType === "ed25519") return "Ed25519";
  if (asymmetricKeyType === "ed448") return "Ed448";
  return namedCurve === undefined ? (asymmetricKeyType ?? "") : `EC ${curves.get(namedCurve) ?? namedCurve}`;
}
