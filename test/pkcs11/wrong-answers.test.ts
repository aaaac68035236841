import t, { test } from "tap";
import { smokeOutcome } from "../../src/pkcs11/report.js";
import { smokeTest } from "../../src/pkcs11/test-token.js";
import { Secret } from "../../src/problem/secret.js";
import { buildWorker } from "../support/build-worker.js";
import { fixtureModules } from "../support/fixture-module.js";
import { softTokens, userPin } from "../support/soft-token.js";

const worker = await buildWorker();
const modules = fixtureModules();
const wrapping = modules.wrapping();
const soft = softTokens("one");

t.teardown(() => {
  worker.remove();
  modules.remove();
  soft.remove();
});

/** What a real module is made to do wrong, and what the test must say to it; everything but that is right. */
const wrong: readonly (readonly [
  string,
  Readonly<Record<string, string>>,
  readonly string[],
  "warn" | "fail",
  RegExp,
])[] = [
  [
    "C_Verify that accepts tampered data",
    { WRAP_VERIFY: "accept" },
    ["sign-rsa", "sign-ec"],
    "warn",
    /C_Verify accepts tampered data/,
  ],
  ["AES that gives back what it was given", { WRAP_AES: "nothing" }, ["aes"], "fail", /is not encrypted/],
  [
    "AES that gives back what it was given, and does not decrypt it",
    { WRAP_AES: "refuse" },
    ["aes"],
    "fail",
    /is not encrypted/,
  ],
  [
    "an RSA key of 1024 bits for one of 2048",
    { WRAP_MAKE: "small" },
    ["keygen-rsa"],
    "fail",
    /2048 bits was asked for, and the module made one of 1024/,
  ],
  [
    "an RSA key with another exponent",
    { WRAP_MAKE: "odd" },
    ["keygen-rsa"],
    "fail",
    /the exponent 65537 was asked for, and the key has 17/,
  ],
  [
    "keys on another curve",
    { WRAP_MAKE: "p384" },
    ["keygen-ec"],
    "fail",
    /a key on P-256 was asked for, and the module made one on another curve/,
  ],
  [
    "private keys that can be read",
    { WRAP_MAKE: "plain" },
    ["keygen-rsa", "keygen-ec"],
    "fail",
    /the module gives the secret part of a key that was made sensitive/,
  ],
  [
    "mechanisms that cannot be listed",
    { WRAP_FAIL: "C_GetMechanismList", WRAP_VALUE: "0x05" },
    ["mechanisms"],
    "fail",
    /C_GetMechanismList returned CKR_GENERAL_ERROR/,
  ],
  [
    "no function to list mechanisms",
    { WRAP_FAIL: "C_GetMechanismList", WRAP_VALUE: "0x54" },
    ["mechanisms"],
    "fail",
    /FUNCTION_NOT_SUPPORTED/,
  ],
  [
    "a search that is refused",
    { WRAP_FAIL: "C_FindObjectsInit", WRAP_VALUE: "0x05" },
    ["find"],
    "fail",
    /C_FindObjectsInit returned/,
  ],
  [
    "no function to search",
    { WRAP_FAIL: "C_FindObjectsInit", WRAP_VALUE: "0x54" },
    ["find"],
    "fail",
    /FUNCTION_NOT_SUPPORTED/,
  ],
  [
    "keys that cannot be made",
    { WRAP_FAIL: "C_GenerateKeyPair", WRAP_VALUE: "0x54" },
    ["signature"],
    "fail",
    /nothing was signed .* \(C_GenerateKeyPair returned CKR_FUNCTION_NOT_SUPPORTED\)/,
  ],
];

for (const [name, lies, ids, status, detail] of wrong) {
  test(`${name}: noticed`, async (t) => {
    const report = await smokeTest({
      module: wrapping,
      token: { label: "one" },
      pin: new Secret(userPin),
      workerPath: worker.path,
      environment: { ...soft.environment, WRAP_MODULE: soft.module, ...lies },
    });
    for (const id of ids)
      t.match(
        report.checks.find((check) => check.id === id),
        { status, detail },
      );
    t.strictSame(
      report.checks.filter((check) => check.status === "fail").map(({ id }) => id),
      status === "fail" ? ids : [],
    );
    t.equal(smokeOutcome({ tokens: [report] }).exitCode, status === "fail" ? 1 : 0);
    t.notMatch(JSON.stringify(report), /config\.json|VHSM/, "no word of a client that this module is not");
  });
}
