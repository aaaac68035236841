import { generateKeyPairSync, sign, verify } from "node:crypto";
import { test } from "tap";
import { testData } from "../../../../../src/pkcs11/worker/checks/keys/key-kinds.js";
import {
  ecPublicKey,
  edwardsPublicKey,
  keyText,
  plainPoint,
  rsaPublicKey,
} from "../../../../../src/pkcs11/worker/checks/keys/public-keys.js";

const part = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64url");

/** CKA_EC_PARAMS and the bare point of a new key. */
function ecKey(namedCurve: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
  const info = publicKey.export({ format: "der", type: "spki" });
  // SEQUENCE { SEQUENCE { OID, parameters }, BIT STRING { 0, point } }
  const start = info[1] === 0x81 ? 3 : 2;
  const algorithm = info.subarray(start + 2, start + 2 + (info[start + 1] ?? 0));
  const bits = info.subarray(start + 2 + algorithm.length);
  const point = bits.subarray((bits[1] === 0x81 ? 3 : 2) + 1);
  return { parameters: algorithm.subarray(2 + (algorithm[1] ?? 0)), point, privateKey };
}

const octets = (content: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(content.length < 128 ? [4, content.length] : [4, 0x81, content.length]),
    content,
  ]);

for (const [curve, text] of [
  ["P-256", "EC P-256"],
  ["P-384", "EC P-384"],
  ["P-521", "EC P-521"],
  ["secp256k1", "EC secp256k1"],
  ["brainpoolP256r1", "EC brainpoolP256r1"],
] as const) {
  test(`a point on ${curve} is understood bare and in its OCTET STRING, and nothing else is`, async (t) => {
    const { parameters, point, privateKey } = ecKey(curve);
    const data = Buffer.from("data");
    const signature = sign("sha256", data, privateKey);
    for (const form of [point, octets(point)]) {
      const key = ecPublicKey(parameters, form);
      t.ok(verify("sha256", data, key, signature));
      t.equal(keyText(key), text);
    }
    for (const form of [
      Buffer.alloc(0),
      point.subarray(1),
      Buffer.alloc(point.length, 4),
      Buffer.concat([point, Buffer.alloc(1)]),
    ])
      t.throws(() => ecPublicKey(parameters, form));
    t.throws(() => ecPublicKey(Buffer.from("06012a", "hex"), point), "a curve that nobody knows");
  });
}

test("a point of Ed25519 is understood bare and in its OCTET STRING, and nothing else is", async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const point = part(publicKey.export({ format: "jwk" }).x);
  const data = Buffer.from("data");
  for (const name of ["06032b6570", "130c656477617264733235353139", "06092b06010401da470f01"])
    for (const form of [point, octets(point)]) {
      const key = edwardsPublicKey(Buffer.from(name, "hex"), form);
      t.ok(verify(null, data, key, sign(null, data, privateKey)));
      t.equal(keyText(key), "Ed25519");
    }
  const ed25519 = Buffer.from("06032b6570", "hex");
  for (const form of [Buffer.alloc(0), point.subarray(1), Buffer.alloc(57)])
    t.throws(() => edwardsPublicKey(ed25519, form));
  t.throws(() => edwardsPublicKey(Buffer.from("06032b6571", "hex"), point), "Ed448");
});

test("an RSA key is made of modulus and exponent", async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { n, e } = publicKey.export({ format: "jwk" });
  const data = Buffer.from("data");
  const key = rsaPublicKey(part(n), part(e));
  t.ok(verify("sha256", data, key, sign("sha256", data, privateKey)));
  t.equal(keyText(key), "RSA 2048");
});

test("what an application's key signs is marked as a test, never the same, and no DER", async (t) => {
  const [first, second] = [testData(), testData()];
  t.match(first.toString("latin1"), /^knetctl smoke test: .*\n/);
  t.notSame(first, second);
  t.not(first[0], 0x30, "a certificate, request, revocation list or time stamp begins with a SEQUENCE");
});

test("an Ed448 key is understood, bare and in its OCTET STRING, by either name", (t) => {
  const { publicKey, privateKey } = generateKeyPairSync("ed448");
  const point = part(publicKey.export({ format: "jwk" }).x);
  const signature = sign(null, Buffer.from("data"), privateKey);
  for (const name of ["06032b6571", "130a65647761726473343438"])
    for (const form of [point, octets(point)]) {
      const key = edwardsPublicKey(Buffer.from(name, "hex"), form);
      t.equal(keyText(key), "Ed448");
      t.ok(verify(null, Buffer.from("data"), key, signature));
    }
  t.throws(() => edwardsPublicKey(Buffer.from("06032b6570", "hex"), point), "not as Ed25519");
  t.end();
});

test("a point is the same, however a member writes it", (t) => {
  const one = (parameters: Buffer, point: Buffer): string =>
    plainPoint(parameters, point)
      .map((part) => part.toString("hex"))
      .join(" ");
  for (const curve of ["P-256", "P-521"]) {
    const { parameters, point } = ecKey(curve);
    t.equal(one(parameters, octets(point)), one(parameters, point), curve);
  }
  const names = ["06032b6570", "130c656477617264733235353139"].map((name) => Buffer.from(name, "hex"));
  // a point that begins as an OCTET STRING does, or with a zero
  for (const first of [0x00, 0x04]) {
    const point = Buffer.alloc(32, first);
    const forms = names.flatMap((name) => [one(name, point), one(name, octets(point))]);
    t.equal(new Set(forms).size, 1);
  }
  const other = Buffer.from("06032b656e", "hex");
  t.equal(
    one(other, octets(Buffer.alloc(32, 7))),
    one(other, Buffer.alloc(32, 7)),
    "a curve that is not known",
  );
  t.end();
});
