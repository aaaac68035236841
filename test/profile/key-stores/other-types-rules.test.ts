import {
  alone,
  azure,
  type Case,
  connections,
  dinamo,
  kryptus,
  root,
  testCases,
  vault,
  withUser,
} from "./rule-cases.js";

const kryptusStores: readonly Case[] = [
  ["host, port and a regular user", kryptus(`host: 10.1.2.3, port: 60161, ${root}`)],
  ["a host name is as good", kryptus(`host: hsm.example.org, port: '60161', ${root}`)],
  ["a VCO user", kryptus("host: '::1', port: 1, vco_username: x, vco_password: { fd: 3 }")],
  [
    "both users",
    kryptus(`host: '::1', port: 1, ${root}, vco_username: x, vco_password: { fd: 3 }`),
    "?profile-key-store-pairs 2:91",
  ],
  ["derived from a user", withUser("{ type: Kryptus, user: u }")],
  ["derived from a connection", withUser(`{ type: Kryptus, connection: a, ${root} }`)],
  ["derived from both", withUser("{ type: Kryptus, connection: a, user: u }")],
  ["a user elsewhere", withUser("{ type: Kryptus, host: h, port: 2, user: u }")],
  [
    "a connection of another user",
    `${connections.replace(" } }\n", " }, b: { ip: '::1', port: 1 } }\n")}users: { u: { connection: ` +
      `a, pin: { file: x } } }\n${alone("{ type: Kryptus, connection: b, user: u }")}`,
    "profile-key-store-conflict 4:23",
  ],
  [
    "the first of several endpoints",
    withUser("{ type: Kryptus, user: u }").replace("port: 1 }]", "port: 1 }, { ip: '::1', port: 1 }]"),
    "?profile-key-store-one-host 4:23",
  ],
  [
    "an unknown connection",
    withUser(`{ type: Kryptus, connection: b, ${root} }`),
    "profile-connection-unknown 4:35",
  ],
  ["an unknown user", withUser("{ type: Kryptus, user: w }"), "profile-user-unknown 4:29"],
  [
    "a user without a PIN source",
    withUser("{ type: Kryptus, user: u }").replace(", pin: { file: x }", ""),
    "?profile-pin-missing 2:10",
    "profile-pin-missing 4:29",
  ],
  [
    "connection and host",
    withUser(`{ type: Kryptus, connection: a, host: h, port: 1, ${root} }`),
    "profile-key-store-conflict 4:23",
  ],
  [
    "user and root_username",
    withUser(`{ type: Kryptus, user: u, ${root} }`),
    "profile-key-store-conflict 4:32",
  ],
  ["no host", kryptus(root), "profile-key-missing 2:3"],
  ["nothing at all", alone("{ type: Kryptus }"), "profile-key-missing 2:3", "profile-key-missing 2:3"],
  ["no port", kryptus(`host: h, ${root}`), "profile-key-missing 2:3"],
  ["no user", kryptus("host: h, port: 1"), "profile-key-missing 2:3"],
  ["a name without a password", kryptus("host: h, port: 1, root_username: x"), "profile-key-missing 2:3"],
  [
    "a password without a name",
    kryptus("host: h, port: 1, vco_password: { file: x }"),
    "profile-key-missing 2:3",
  ],
  ["a port that is none", kryptus(`host: h, port: 0, ${root}`), "profile-port-invalid 2:38"],
  ["the port of TTLV", kryptus(`host: h, port: 5696, ${root}`), "?profile-port-ttlv 2:38"],
  ["a URL as host", kryptus(`host: 'https://h', port: 1, ${root}`), "profile-address-invalid 2:29"],
  [
    "the document's placeholder",
    kryptus("host: h, port: 1, root_username: SOME_USERNAME, root_password: { file: p }"),
    "profile-placeholder 2:56",
  ],
];

const azureStores: readonly Case[] = [
  ["a key", azure(`${vault}, app_key: { credential: x }, use_hsm: true`)],
  ["a certificate", azure(`${vault}, cert_thumb: ${"aB".repeat(20)}`)],
  [
    "both",
    azure(`${vault}, app_key: { file: x }, cert_thumb: ${"aB".repeat(20)}`),
    "profile-key-store-conflict 2:102",
  ],
  ["neither", azure(vault), "profile-key-missing 2:3"],
  ["misspelt is one problem", azure(`${vault}, cert_thum: ${"aB".repeat(20)}`), "profile-key-unknown 2:80"],
  [
    "a thumbprint with colons",
    azure(`${vault}, cert_thumb: '${"aB:".repeat(19)}aB'`),
    "profile-value-invalid 2:92",
  ],
  [
    "a thumbprint that YAML takes for a number",
    azure(`${vault}, cert_thumb: ${"1".repeat(40)}`),
    "profile-type-wrong 2:92",
  ],
  [
    "a plain http endpoint",
    azure("endpoint: 'http://x/', app_id: i, app_key: { file: x }"),
    "profile-url-invalid 2:39",
  ],
  [
    "an endpoint without a host",
    azure("endpoint: 'https://', app_id: i, app_key: { file: x }"),
    "profile-url-invalid 2:39",
  ],
  [
    "an endpoint with a password",
    azure("endpoint: 'https://u:p@x/', app_id: i, app_key: { file: x }"),
    "profile-url-invalid 2:39",
  ],
  [
    "an endpoint with half a character",
    azure('endpoint: "https://x/\\ud800", app_id: i, app_key: { file: x }'),
    "profile-url-invalid 2:39",
  ],
  [
    "an endpoint with a line break",
    azure('endpoint: "https://x/\\n", app_id: i, app_key: { file: x }'),
    "profile-url-invalid 2:39",
  ],
  ["no application", azure("endpoint: 'https://x/', app_key: { file: x }"), "profile-key-missing 2:3"],
  ["use_hsm as text", azure(`${vault}, app_key: { file: x }, use_hsm: 'yes'`), "profile-type-wrong 2:111"],
];

const dinamoStores: readonly Case[] = [
  ["an address, a user and a password", dinamo("address: 10.0.0.9, user: op, password: { file: x }")],
  ["a host name", dinamo("address: hsm.example.org, user: op, password: { prompt: true }")],
  ["no password", dinamo("address: h, user: op"), "profile-key-missing 2:3"],
  [
    "a user of two lines",
    dinamo('address: h, user: "a\\nb", password: { file: x }'),
    "profile-value-invalid 2:40",
  ],
];

testCases({ kryptus: kryptusStores, azure: azureStores, dinamo: dinamoStores });
