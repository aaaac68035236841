import { test } from "tap";
import { asCryptokiError, CryptokiError } from "../../src/pkcs11/worker/cryptoki-error.js";
import { hintFor } from "../../src/pkcs11/hints.js";
import { returnValueName, returnValueNumber } from "../../src/pkcs11/return-values.js";

test("every hinted return value has a name", async (t) => {
  const hinted = Array.from({ length: 0x300 }, (_value, index) => index).filter(
    (value) => hintFor(value, "/opt/module.so") !== undefined,
  );
  t.ok(hinted.length >= 30);
  for (const value of hinted) t.match(returnValueName(value), /^CKR_[A-Z_]+$/);
});

test("the client's own files and words are named where the module is the client alone", async (t) => {
  const values = [...Array.from({ length: 0x300 }, (_value, index) => index), 0x80000001];
  for (const module of ["libsofthsm2.so", "/usr/lib/softhsm/libsofthsm2.so", "/opt/notlibkNETPKCS11.so"]) {
    t.strictSame(
      values.filter((value) => /config\.json|VHSM|VCO|log_verbosity/.test(hintFor(value, module) ?? "")),
      [],
    );
  }
  for (const module of ["libkNETPKCS11.so", "/usr/local/lib/kryptus/libkNETPKCS11.so"])
    t.match(hintFor(0x05, module), /config\.json/);
});

test("names go back to their numbers, a vendor's too", async (t) => {
  for (const value of [0, 5, 0xa0, 0x191, 0x203, 0x80000001, 0xffffffff, 0x12345])
    t.equal(returnValueNumber(returnValueName(value)), value);
  t.match(hintFor(0x80000001, "/opt/libkNETPKCS11.so"), /log_verbosity/);
});

test("the addon's errors are read by number, whatever their form", async (t) => {
  const withCode = Object.assign(new Error("CKR_PIN_INCORRECT"), { code: 160 });
  const forms = [withCode, new Error("CKR_PIN_INCORRECT:160"), new Error("CKR_PIN_INCORRECT")];
  for (const form of forms) t.match(asCryptokiError("C_Login", form), new CryptokiError("C_Login", 0xa0));
  t.match(asCryptokiError("C_Sign", new Error("CKR_VENDOR_DEFINED:27")), {
    value: 0x1b,
    message: "C_Sign returned CKR_ACTION_PROHIBITED",
  });
  const typeError = new TypeError("Argument 1 has wrong type");
  t.equal(asCryptokiError("C_Sign", typeError), typeError);
});
