import { createHash, scryptSync } from "node:crypto";
import { test } from "tap";
import { isOf, newSalt, pinHash } from "../../../src/pkcs11/refused-pins/pin-hash.js";
import { Secret } from "../../../src/problem/secret.js";

test("a PIN is hashed as slowly as a password is to be", async (t) => {
  const known = pinHash(new Secret("123456"), newSalt());
  const salt = Buffer.concat([Buffer.from(known.salt, "base64"), createHash("sha256").update("[]").digest()]);
  const costs = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 };
  t.equal(known.scrypt, scryptSync("123456", salt, 32, costs).toString("base64"));
  t.ok(await isOf(known, new Secret("123456")));
  t.notOk(await isOf(known, new Secret("123457")));
});
