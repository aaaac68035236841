import { generateKeyPairSync, sign, verify } from "node:crypto";
import { test } from "tap";
import { p256PublicKey, rsaPublicKey } from "../../../../src/pkcs11/worker/checks/sign.js";

const part = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64url");

test("an EC point is understood bare and in its OCTET STRING, and nothing else is", async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.from([4]), part(x), part(y)]);
  const data = Buffer.from("data");
  const signature = sign("sha256", data, privateKey);
  for (const form of [point, Buffer.concat([Buffer.from([4, 65]), point])])
    t.ok(verify("sha256", data, p256PublicKey(form), signature));
  for (const form of [
    Buffer.alloc(0),
    point.subarray(1),
    Buffer.alloc(65, 4),
    Buffer.concat([point, Buffer.alloc(1)]),
  ])
    t.throws(() => p256PublicKey(form));
});

test("an RSA key is made of modulus and exponent", async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { n, e } = publicKey.export({ format: "jwk" });
  const data = Buffer.from("data");
  t.ok(verify("sha256", data, rsaPublicKey(part(n), part(e)), sign("sha256", data, privateKey)));
});
