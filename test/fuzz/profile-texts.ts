import fc from "fast-check";
import { webUrls } from "../support/web-urls.js";

/** Stands where somebody wrote the PIN itself into a profile. */
export const markedPin = "Hunter2MarkedPin";

/** What YAML, JSON and JavaScript give a meaning of its own. */
export const yamlTokens: readonly string[] = [
  "&a ",
  "*a",
  "!!str ",
  "!<x> ",
  "<<: ",
  "? ",
  "- ",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "|\n",
  ">-\n",
  "{",
  "}",
  "[",
  "]",
  "[{",
  "'",
  '"',
  "\\",
  "#",
  " #",
  ":",
  "\t",
  "\r\n",
  "\r",
  "\0",
  "\uFEFF",
  "\u2028",
  "\u0085",
  "\u00a0",
  "\ud83d\ude00",
  "~",
  "null",
  "yes",
  ".inf",
  "0x10",
  "1e999",
  "-0",
  "99999999999999999999",
  "1_000",
  "__proto__: ",
  "constructor: ",
  '"\\ud800"',
  "pin: ",
  `pin: ${markedPin}`,
  `"pin":"${markedPin}"`,
  "users:\n",
  "connections:\n",
  "endpoints: ",
  "  ",
  "\n",
  "\n\n",
];

const oddNames = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "<<",
  "1",
  "-1",
  "1.0",
  "null",
  "true",
  "~",
  "{{x}}",
  'a"b',
  "a\\b",
  "é署",
  "e\u0301",
  "\u00e9",
  "a: b",
  "# a",
  "*a",
  "&a",
  "- a",
  "? a",
  "pin",
  "users",
];
const oddTexts = [
  ...oddNames,
  "",
  " ",
  "\u0007",
  "\u2028",
  "\ud83d\ude00",
  "0.0.0.0",
  "::1",
  "fe80::1%eth0",
  "1.2.3.4:5",
  "https://x",
  "~/x",
  "/etc/../x",
  "X.Y.Z",
  "SOME_PASSWORD",
  "x".repeat(300),
];
const oddNumbers = [0, -0, -1, 1.5, 65535, 65536, 5696, 1e21, 2 ** 53, 1e-7, 1023, 1024];

const validNames = fc
  .oneof(fc.constantFrom(...oddNames), fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }))
  .filter(
    (name) =>
      name.trim() === name &&
      !/[\p{Cc}\ud800-\udfff\u2028\u2029\uFEFF]|SOME_USERNAME/u.test(name) &&
      Buffer.byteLength(name) <= 32 &&
      name !== "" &&
      !/^(\.{3}|…|X{4,})$|…$/.test(name),
  );
const odd = fc.oneof(
  fc.constantFrom<unknown>(...oddTexts, ...oddNumbers, true, false, null),
  fc.jsonValue({ maxDepth: 2 }),
);
const maybe = (good: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: odd });
const anyNames = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom("a", "b", "hsm_1") },
  { weight: 1, arbitrary: fc.constantFrom(...oddTexts) },
);
const maps = (values: fc.Arbitrary<unknown>) =>
  fc.dictionary(anyNames, values, { maxKeys: 4, noNullPrototype: false });

const ips = maybe(fc.oneof(fc.ipV4(), fc.ipV6()));
const ports = maybe(fc.oneof(fc.integer({ min: 1, max: 65535 }), fc.constantFrom("60161", "060161", "")));
const oneOrMore = (items: fc.Arbitrary<unknown>) => fc.oneof(items, fc.array(items, { maxLength: 3 }));
const endpoints = fc.array(maybe(fc.record({ ip: ips, port: ports, x: odd }, { requiredKeys: ["ip"] })), {
  maxLength: 3,
});
const connections = fc.record(
  { endpoints, ip: oneOrMore(ips), port: oneOrMore(ports), Endpoints: odd },
  { requiredKeys: [] },
);
const literal = fc.constantFrom(
  markedPin,
  [markedPin],
  { [markedPin]: 1 },
  { value: markedPin },
  { file: [markedPin] },
);
const pins = fc.oneof(
  literal,
  maybe(
    fc.record(
      { file: odd, env: odd, fd: odd, credential: odd, prompt: odd, fiel: odd },
      { requiredKeys: [] },
    ),
  ),
);
const users = fc.record(
  { connection: maybe(anyNames), authentication_type: odd, pin: pins, password: literal },
  { requiredKeys: [] },
);
const keyStores = fc.record(
  {
    type: maybe(fc.constantFrom("Pkcs11", "Kryptus", "AzureKeyVault", "Dinamo", "pkcs11", "Capi")),
    user: maybe(anyNames),
    connection: maybe(anyNames),
    module: maybe(fc.constantFrom("libkNETPKCS11.so", "eTPKCS11.dll", "/opt/m.so")),
    token_serial: odd,
    token_label: maybe(anyNames),
    host: ips,
    port: ports,
    address: ips,
    pin: pins,
    root_username: odd,
    root_password: pins,
    vco_username: odd,
    vco_password: pins,
    app_key: pins,
    password: pins,
    AppKey: literal,
    endpoint: maybe(webUrls),
    app_id: odd,
    cert_thumb: odd,
    use_hsm: odd,
    target: maybe(
      fc.oneof(
        fc.constantFrom("/a.conf", "/a.json", "/a"),
        fc.record({ file: odd, form: odd }, { requiredKeys: [] }),
      ),
    ),
  },
  { requiredKeys: ["type"] },
);

/**
 * Trees near the schema as JSON: wrong types, hostile names and values, unknown and missing keys, PINs in the
 * clear.
 */
export const nearProfiles: fc.Arbitrary<string> = fc
  .record(
    {
      connections: maybe(maps(maybe(connections))),
      users: maybe(maps(maybe(users))),
      log_verbosity: maybe(fc.constantFrom("full", "quiet", "Quiet")),
      module: maybe(fc.record({ archive: odd, sha256: odd, installer_timeout: odd }, { requiredKeys: [] })),
      service: maybe(
        fc.record(
          {
            user: odd,
            group: odd,
            home: odd,
            create: odd,
            unit: odd,
            health: odd,
            start_timeout: odd,
            environment: odd,
          },
          { requiredKeys: [] },
        ),
      ),
      usrs: odd,
      pin: literal,
      key_stores: maybe(maps(maybe(keyStores))),
      default_key_store: maybe(anyNames),
      amplia: maybe(fc.record({ version: odd }, { requiredKeys: [] })),
    },
    { requiredKeys: [] },
  )
  .map((tree) => JSON.stringify(tree));

/** Not 0.x, multicast, reserved or broadcast: those are no endpoint's. */
const hostAddresses = fc
  .ipV4()
  .filter((ip) => Number(ip.split(".")[0]) > 0 && Number(ip.split(".")[0]) < 224);
const endpointLists = fc
  .uniqueArray(fc.record({ ip: hostAddresses, port: fc.integer({ min: 1, max: 65535 }) }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ ip, port }) => `${ip} ${port}`,
  })
  .filter((list) => list.every(({ ip }) => ip !== "0.0.0.0"));

/** Key stores that stand alone, each on a module of its own so that no two share a token. */
const storeBodies: fc.Arbitrary<object> = fc.oneof(
  fc.uuid().map((id) => ({ type: "Pkcs11", module: `/opt/${id}.so`, pin: { file: "/run/secrets/x" } })),
  fc.record({
    type: fc.constant("Kryptus"),
    host: hostAddresses,
    port: fc.integer({ min: 1, max: 65535 }),
    root_username: validNames,
    root_password: fc.constant({ prompt: true }),
  }),
  fc.record({
    type: fc.constant("AzureKeyVault"),
    endpoint: fc.constant("https://x.vault.azure.net/"),
    app_id: fc.uuid(),
    app_key: fc.constant({ credential: "x" }),
    use_hsm: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("Dinamo"),
    address: fc.constant("hsm.example.org"),
    user: validNames,
    password: fc.constant({ prompt: true }),
  }),
);
const storeNames = validNames.filter((name) => !name.includes(":"));

/** Valid profiles as JSON, with hostile names. */
export const validProfiles: fc.Arbitrary<string> = fc
  .record({
    connections: fc.uniqueArray(
      fc.tuple(
        validNames,
        endpointLists.map((list) => ({ endpoints: list })),
      ),
      { selector: ([name]) => name, minLength: 1, maxLength: 4 },
    ),
    users: fc.uniqueArray(fc.tuple(validNames, fc.nat(), fc.boolean()), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 5,
    }),
    stores: fc.uniqueArray(fc.tuple(storeNames, storeBodies), {
      selector: ([name]) => name.toUpperCase(),
      maxLength: 3,
    }),
    verbosity: fc.option(fc.constantFrom("none", "key_only", "quiet", "info", "verbose", "full"), {
      nil: undefined,
    }),
  })
  .map(({ connections: list, users: named, stores, verbosity }) => {
    const user = ([name, which, asks]: (typeof named)[number]) =>
      [
        name,
        {
          connection: list[which % list.length]?.[0],
          pin: asks ? { prompt: true } : { file: "/run/secrets/x" },
        },
      ] as const;
    return JSON.stringify({
      connections: Object.fromEntries(list),
      users: Object.fromEntries(named.map(user)),
      ...(verbosity !== undefined && { log_verbosity: verbosity }),
      service: { user: "amplia", group: "amplia" },
      ...(stores.length > 0 && { key_stores: Object.fromEntries(stores) }),
    });
  });

/** Profiles as people write them. */
export const yamlTexts = fc.constantFrom(
  `connections:\n  hsm_1:\n    endpoints:\n      - { ip: 10.1.2.3, port: 60161 }\n      - ip: ` +
    `2001:db8::7\n        port: 60161\nusers:\n  ca_signer:\n    connection: hsm_1\n    pin:\n      ` +
    `file: /run/secrets/ca_signer\nlog_verbosity: quiet # as ever\nservice: { user: amplia, home: ` +
    `/var/amplia, unit: amplia.service }\n`,
  `users: { u: { connection: a, pin: ${markedPin} } }\nconnections: { a: { ip: [10.1.2.3, "::1"], ` +
    `port: ["1", 2] } }\nmodule: { archive: x.tar }\n`,
  `key_stores:\n  Hsm: { type: Pkcs11, user: u } # kNET\n  eToken:\n    type: Pkcs11\n    module: ` +
    `libeTPkcs11.so\n    pin: { file: x }\n    token_serial: "01f5cfe4"\n    target: { file: ` +
    `/etc/default/amplia, form: systemd }\n  Api: { type: Kryptus, user: u }\nconnections: { a: { ip: ` +
    `10.1.2.3, port: 1 } }\nusers: { u: { connection: a, pin: { fd: 3 } } }\ndefault_key_store: ` +
    `Hsm\namplia: { version: "4.8.0" }\n`,
  `key_stores:\n  Vault: { type: AzureKeyVault, endpoint: "https://x/", app_id: i, app_key: ` +
    `${markedPin} }\n  Din: { type: Dinamo, address: h, user: op, password: { file: x } }\n  Api: { ` +
    `type: Kryptus, host: h, port: 1, root_username: r, root_password: "${markedPin}" }\n`,
  `"connections":\r\n  'a b':\r\n    ip: 10.1.2.3\r\n    port: 1\r\nusers:\r\n  u:\r\n    ` +
    `connection: 'a b'\r\n    pin: "${markedPin}"\r\n`,
);
