import t from "tap";
import { parsed, shownText } from "../problems-of.js";

const secret = "Hunter2MarkedPin";

/** A key store of each type, with a place for what stands at the key of its secret. */
const stores: readonly (readonly [key: string, store: string])[] = [
  ["pin", "type: Pkcs11, module: m.so"],
  ["root_password", "type: Kryptus, host: h, port: 1, root_username: x"],
  ["vco_password", "type: Kryptus, host: h, port: 1, vco_username: x"],
  ["app_key", "type: AzureKeyVault, endpoint: 'https://x/', app_id: i"],
  ["password", "type: Dinamo, address: h, user: op"],
];

/** Ways in which a secret ends up at a key; none may be quoted. */
const ways: readonly string[] = [
  secret,
  `[${secret}]`,
  `{ ${secret} }`,
  `{ ${secret}: ${secret} }`,
  `{ value: ${secret} }`,
  `{ file: [${secret}] }`,
  `{ env: "${secret} 1" }`,
  `{ fd: ${secret} }`,
  `{ credential: a/${secret} }`,
  `{ prompt: ${secret} }`,
  `{ file: "~/${secret}" }`,
  `{ file: "x\\u0007${secret}" }`,
  `{ ${secret}: 1, ${secret}: 2 }`,
  `*${secret}`,
  `!${secret} x`,
  `"\\q${secret}"`,
  `"${secret}`,
  `@${secret}`,
  `|${secret}`,
  `{ password: ${secret} }`,
  `{ app_key: [${secret}] }`,
];

t.test("a secret written into a key store is refused, and in no problem", async (t) => {
  for (const [key, store] of stores) {
    for (const way of ways) {
      const outcome = await parsed(`key_stores:\n  s: { ${store}, ${key}: ${way} }\n`);
      t.ok(
        outcome.problems.some(({ severity }) => severity === "error"),
        `refused: ${key}: ${way}`,
      );
      t.notMatch(shownText(outcome), secret, `${key}: ${way}`);
    }
  }
});

t.test("the same at keys that the key store does not have, however they are spelled", async (t) => {
  const keys = [
    "pin",
    "Pin",
    "root_password",
    "RootPassword",
    "vco-password",
    "app_key",
    "AppKey",
    "Password",
    "pass",
    "secret",
    "AppKey=",
    "pin:",
  ];
  for (const key of keys) {
    for (const store of ["type: Dinamo", "type: Nothing", "typ: Dinamo", "user: u"]) {
      for (const value of [secret, `[${secret}]`, `{ ${secret}: 1 }`]) {
        const outcome = await parsed(`key_stores:\n  s: { ${store}, "${key}": ${value} }\n`);
        t.ok(
          outcome.problems.some(({ severity }) => severity === "error"),
          `refused: ${key}`,
        );
        t.notMatch(shownText(outcome), secret, `${store}, ${key}: ${value}`);
      }
    }
  }
});

t.test("a setting of the application pasted in as one text is not quoted", async (t) => {
  for (const text of [
    `AppKey=${secret}`,
    `KeyStores__x__Pin=${secret}`,
    `app_key: ${secret}`,
    `"RootPassword": "${secret}"`,
  ]) {
    for (const place of [
      "key_stores: { s: 'X' }",
      "key_stores: { s: { type: 'X' } }",
      "key_stores: { s: { type: Pkcs11, module: 'X' } }",
      "key_stores: { 'X': {} }",
      "default_key_store: 'X'",
      "amplia: { version: 'X' }",
    ]) {
      t.notMatch(shownText(await parsed(place.replace("X", text))), secret, place);
    }
  }
});

t.test("a URL with a password in it is not quoted", async (t) => {
  for (const url of [
    `https://u:${secret}@x/`,
    `http://u:${secret}@x/`,
    `u:${secret}@x`,
    `https://${secret}@`,
  ]) {
    const text =
      `service: { unit: a.service, health: '${url}' }\nkey_stores: { s: { type: AzureKeyVault, ` +
      `endpoint: '${url}', app_id: i, app_key: { file: x } } }\n`;
    t.notMatch(shownText(await parsed(text)), secret, url);
  }
});
