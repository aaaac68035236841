import t from "tap";
import { parsed, places } from "../problems-of.js";

type Case = readonly [promise: string, text: string, ...problems: string[]];

/** A profile of key stores alone, whose store `s` is as given. */
const alone = (body: string): string => `key_stores:\n  s: ${body}\n`;
const connections = "connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 1 }] } }\n";
/** A profile with one kNET user and the key store `s`. */
const withUser = (body: string): string =>
  `${connections}users: { u: { connection: a, pin: { file: x } } }\n${alone(body)}`;
/** The same with two users, for an Amplia that knows labels. */
const withUsers = (body: string): string =>
  `${connections}users: { u: { connection: a, pin: { file: x } }, v: { connection: a, pin: { file: y ` +
  `} } }\namplia: { version: "4.8.0" }\n${alone(body)}`;
/** A store of the one user, and an Amplia of this version. */
const older = (version: string, body: string): string =>
  `amplia: { version: "${version}" }\n${alone(body)}${connections}users: { u: { connection: a, pin: ` +
  `{ file: x } } }\n`;
const etoken = (more: string): string => alone(`{ type: Pkcs11, module: libeTPkcs11.so, ${more} }`);
const kryptus = (more: string): string => alone(`{ type: Kryptus, ${more} }`);
const root = "root_username: x, root_password: { file: p }";
const azure = (more: string): string => alone(`{ type: AzureKeyVault, ${more} }`);
const vault = "endpoint: 'https://x.vault.azure.net/', app_id: i";
const dinamo = (more: string): string => alone(`{ type: Dinamo, ${more} }`);

const types: readonly Case[] = [
  ["one of the four", etoken("pin: { file: x }")],
  ["in another case", alone("{ type: pkcs11, module: m.so }"), "profile-value-invalid 2:14"],
  ["of Windows", alone("{ type: Capi }"), "profile-value-invalid 2:14"],
  ["deprecated", alone("{ type: Native }"), "profile-value-invalid 2:14"],
  ["of the database", alone("{ type: Database }"), "profile-value-invalid 2:14"],
  ["left out", alone("{ user: u }"), "profile-key-missing 2:3"],
  ["misspelt is one problem", alone("{ typ: Pkcs11, module: m.so }"), "profile-key-unknown 2:8"],
  ["a number", alone("{ type: 11 }"), "profile-type-wrong 2:14"],
  ["empty", alone("{ type: '' }"), "profile-value-invalid 2:14"],
  ["no map at all", alone("Pkcs11"), "profile-type-wrong 2:6"],
  ["key stores as a list", "key_stores: [{ type: Pkcs11 }]\n", "profile-type-wrong 1:13"],
  ["a key of another type", etoken("host: 10.1.2.3"), "profile-key-unknown 2:46"],
  [
    "a source at a key of another type is no secret",
    etoken("root_password: { file: x }"),
    "profile-key-unknown 2:46",
  ],
  ["a secret at a key of another type", etoken("root_password: hunter2"), "profile-pin-literal 2:46"],
];

const names: readonly Case[] = [
  ["255 bytes", `key_stores: { ${"x".repeat(255)}: { type: Pkcs11, module: m.so } }\n`],
  [
    "256 bytes",
    `key_stores: { ${"ä".repeat(128)}: { type: Pkcs11, module: m.so } }\n`,
    "profile-name-invalid 1:15",
  ],
  ["a colon", "key_stores: { 'a:b': { type: Pkcs11, module: m.so } }\n", "profile-name-invalid 1:15"],
  ["a line break", 'key_stores: { "a\\nb": { type: Pkcs11, module: m.so } }\n', "profile-name-invalid 1:15"],
  [
    "half a character",
    '{"key_stores":{"\\ud800":{"type":"Pkcs11","module":"m.so"}}}',
    "profile-name-invalid 1:16",
  ],
  ["empty", "key_stores: { '': { type: Pkcs11, module: m.so } }\n", "profile-name-invalid 1:15"],
  [
    "words of JavaScript",
    "key_stores: { __proto__: { type: Pkcs11, module: m.so }, constructor: { type: Pkcs11, module: " +
      "n.so } }\n",
  ],
  [
    "equal but for case",
    "key_stores: { Din: { type: Pkcs11, module: m.so }, dIN: { type: Pkcs11, module: n.so } }\n",
    "profile-name-duplicate 1:52",
  ],
  [
    "equal but for case, beyond ASCII",
    "key_stores: { é: { type: Pkcs11, module: m.so }, É: { type: Pkcs11, module: n.so } }\n",
    "profile-name-duplicate 1:50",
  ],
  [
    "of a secret",
    "key_stores: { pin: { type: Pkcs11, module: m.so }, password: { type: Pkcs11, module: n.so } }\n",
  ],
];

/** A USB token `my-hsm`, written in this form. */
const named = (name: string, form: string): string =>
  `key_stores:\n  ${name}: { type: Pkcs11, module: m.so, target: { file: /srv/amplia, form: ${form} } }\n`;

const forms: readonly Case[] = [
  ["systemd and a dash in the name", named("my-hsm", "systemd"), "settings-cannot-hold 2:3"],
  ["systemd and an underscore", named("my_hsm", "systemd")],
  ["Docker and a dash", named("my-hsm", "env")],
  ["Docker and a blank in the name", named("my hsm", "env"), "settings-cannot-hold 2:3"],
  ["a variable whose name would part elsewhere", named("my__hsm", "env"), "settings-cannot-hold 2:3"],
  ["an ini file and a blank at the end of the name", named("'my '", "ini"), "settings-cannot-hold 2:3"],
  ["JSON and anything", named("'a b-c__ '", "json")],
  [
    "a line for Docker that is too long",
    `key_stores:\n  a: { type: Pkcs11, module: "${"x".repeat(4000)}", target: /srv/a.env }\n`,
  ],
  ["the database by default", `${named("a", "ini")}default_key_store: Database\n`],
  ["a native store by default", `${named("a", "ini")}default_key_store: NativeUser\n`],
  [
    "a store by default that is nowhere",
    `${named("a", "ini")}default_key_store: b\n`,
    "?profile-default-unknown 3:20",
  ],
];

const pkcs11: readonly Case[] = [
  ["of the one user", withUser("{ type: Pkcs11, user: u }"), "?profile-key-store-tip 4:8"],
  ["of one of two users", withUsers("{ type: Pkcs11, user: u }"), "?profile-key-store-tip 5:8"],
  [
    "of nobody",
    withUser("{ type: Pkcs11, user: w }"),
    "?profile-key-store-tip 4:8",
    "profile-user-unknown 4:28",
  ],
  [
    "of nobody, without users",
    alone("{ type: Pkcs11, user: w }"),
    "?profile-key-store-tip 2:8",
    "profile-user-unknown 2:28",
  ],
  [
    "user and pin",
    withUser("{ type: Pkcs11, user: u, pin: { file: x } }"),
    "?profile-key-store-tip 4:8",
    "profile-key-store-conflict 4:31",
  ],
  [
    "user and module",
    withUser("{ type: Pkcs11, user: u, module: /opt/libkNETPKCS11.so }"),
    "?profile-key-store-tip 4:8",
  ],
  [
    "the user's own label, asked for",
    withUsers("{ type: Pkcs11, user: u, token_label: u }"),
    "?profile-key-store-tip 5:8",
  ],
  [
    "the label of another user",
    withUsers("{ type: Pkcs11, user: u, token_label: v }"),
    "?profile-key-store-tip 5:8",
    "profile-key-store-conflict 5:31",
  ],
  [
    "a label of nobody on kNET",
    withUser("{ type: Pkcs11, module: libkNETPKCS11.so, token_label: w }"),
    "?profile-amplia-version 4:48",
    "?profile-key-store-tip 4:8",
    "profile-user-unknown 4:61",
  ],
  ["a label of anybody elsewhere", withUsers("{ type: Pkcs11, module: m.so, token_label: w }")],
  [
    "no choice among two users",
    withUsers("{ type: Pkcs11, module: libkNETPKCS11.so }"),
    "?profile-key-store-tip 5:8",
    "profile-token-open 5:3",
  ],
  [
    "no choice needed with one user",
    withUser("{ type: Pkcs11, module: libkNETPKCS11.so }"),
    "?profile-key-store-tip 4:8",
  ],
  [
    "a choice by serial number",
    withUsers("{ type: Pkcs11, module: libkNETPKCS11.so, token_serial: '1' }"),
    "?profile-key-store-tip 5:8",
  ],
  ["neither user nor module", alone("{ type: Pkcs11, pin: { file: x } }"), "profile-key-missing 2:3"],
  ["module misspelt is one problem", alone("{ type: Pkcs11, modul: m.so }"), "profile-key-unknown 2:22"],
  ["a token that needs no PIN", alone("{ type: Pkcs11, module: m.so }")],
  [
    "a serial number and a label",
    alone("{ type: Pkcs11, module: m.so, token_serial: 01f5cfe4, token_label: l }"),
    "?profile-amplia-version 2:60",
  ],
  ["a serial number of 16 bytes", etoken("token_serial: '0123456789abcdef'")],
  ["a serial number of 17 bytes", etoken("token_serial: '0123456789abcdefg'"), "profile-value-invalid 2:60"],
  ["a serial number with a blank", etoken("token_serial: '1 '"), "profile-value-invalid 2:60"],
  ["a serial number with a line break", etoken('token_serial: "1\\n2"'), "profile-value-invalid 2:60"],
  ["an empty serial number", etoken("token_serial: ''"), "profile-value-invalid 2:60"],
  ["a serial number as a number", etoken("token_serial: 12345678"), "profile-type-wrong 2:60"],
  ["a serial number with an exponent", etoken("token_serial: 1e10"), "profile-type-wrong 2:60"],
  ["a serial number with a zero in front", etoken("token_serial: 0123"), "profile-type-wrong 2:60"],
  [
    "a label of 33 bytes",
    etoken(`token_label: ${"ä".repeat(16)}x`),
    "?profile-amplia-version 2:46",
    "profile-value-invalid 2:59",
  ],
  ["a module of Windows", alone("{ type: Pkcs11, module: eTPKCS11.dll }"), "?profile-module-windows 2:30"],
  [
    "a module of Windows on two lines",
    alone('{ type: Pkcs11, module: "a\\nb.dll" }'),
    "profile-path-invalid 2:30",
  ],
  [
    "a module beside the working folder",
    alone("{ type: Pkcs11, module: lib/m.so }"),
    "profile-path-invalid 2:30",
  ],
  ["a module with ..", alone("{ type: Pkcs11, module: /opt/../m.so }"), "profile-path-invalid 2:30"],
  ["a module in a home", alone("{ type: Pkcs11, module: ~/m.so }"), "profile-path-invalid 2:30"],
  ["the document's dots", alone("{ type: Pkcs11, module: ... }"), "profile-placeholder 2:30"],
];

const versions: readonly Case[] = [
  [
    "unknown, and a label is written",
    withUsers("{ type: Pkcs11, user: u }").replace(/amplia.*\n/, ""),
    "?profile-amplia-version 4:22",
    "?profile-key-store-tip 4:8",
  ],
  [
    "too old for labels",
    withUsers("{ type: Pkcs11, user: u }").replace("4.8.0", "4.7.9"),
    "?profile-key-store-tip 5:8",
    "profile-amplia-version 5:22",
  ],
  [
    "of one digit more",
    withUsers("{ type: Pkcs11, user: u }").replace("4.8.0", "4.10"),
    "?profile-key-store-tip 5:8",
  ],
  [
    "too old, and no label is written",
    withUsers("{ type: Pkcs11, user: u, token_serial: '1' }").replace("4.8.0", "4.7"),
    "?profile-key-store-tip 5:8",
  ],
  ["too old for kNET", older("3.13.2", "{ type: Pkcs11, user: u }"), "profile-amplia-version 3:8"],
  ["new enough for kNET", older("3.14.0", "{ type: Pkcs11, user: u }")],
  ["old enough for a USB token", older("3.0", "{ type: Pkcs11, module: m.so }")],
  ["too old for type Kryptus", older("3.15.2", "{ type: Kryptus, user: u }"), "profile-amplia-version 3:8"],
  ["new enough for type Kryptus", older("4.0.0", "{ type: Kryptus, user: u }")],
  [
    "too old for Dinamo",
    older("3.5.0", "{ type: Dinamo, address: 10.1.2.3, user: x, password: { file: p } }"),
    "profile-amplia-version 3:8",
  ],
  [
    "too old for an ini file",
    older("3.15", "{ type: Pkcs11, user: u, target: /etc/amplia/appsettings.conf }"),
    "profile-amplia-version 3:31",
  ],
  [
    "old, with its settings in JSON",
    older("3.15", "{ type: Pkcs11, user: u, target: /etc/amplia/appsettings.linux.json }"),
  ],
  [
    "too old for several PKCS #11 stores at once",
    older("4.8.1", "{ type: Pkcs11, user: u }\n  t: { type: Pkcs11, module: m.so }"),
    "?profile-key-store-tip 3:8",
    "?profile-amplia-version 4:8",
  ],
  [
    "new enough for them",
    older("4.9.0", "{ type: Pkcs11, user: u }\n  t: { type: Pkcs11, module: m.so }"),
    "?profile-key-store-tip 3:8",
  ],
  [
    "of an image without the module",
    older("4.8.1", "{ type: Pkcs11, user: u, target: /srv/amplia.env }"),
    "?profile-amplia-version 3:8",
    "?profile-key-store-tip 3:8",
  ],
  [
    "of an image with it",
    older("4.9", "{ type: Pkcs11, user: u, target: /srv/amplia.env }"),
    "?profile-key-store-tip 3:8",
  ],
  [
    "no version at all",
    withUsers("{ type: Pkcs11, user: u }").replace("4.8.0", "new"),
    "?profile-key-store-tip 5:8",
    "profile-value-invalid 3:20",
  ],
];

const tokens: readonly Case[] = [
  [
    "two key stores of one user",
    `${withUser("{ type: Pkcs11, user: u }")}  t: { type: Pkcs11, user: u }\n`,
    "?profile-key-store-tip 4:8",
    "?profile-token-shared 5:3",
  ],
  [
    "a user, and no choice where there is no other",
    `${withUser("{ type: Pkcs11, user: u }")}  t: { type: Pkcs11, module: /opt/libkNETPKCS11.so }\n`,
    "?profile-key-store-tip 4:8",
    "?profile-token-shared 5:3",
  ],
  [
    "two users",
    `${withUsers("{ type: Pkcs11, user: u }")}  t: { type: Pkcs11, user: v }\n`.replace("4.8.0", "4.9.0"),
    "?profile-key-store-tip 5:8",
  ],
  [
    "one serial number",
    `${etoken("token_serial: '1'")}  t: { type: Pkcs11, module: libeTPkcs11.so, token_serial: '1' }\n`,
    "?profile-token-shared 3:3",
  ],
  [
    "two serial numbers",
    `${etoken("token_serial: '1'")}  t: { type: Pkcs11, module: libeTPkcs11.so, token_serial: '2' }\n`,
  ],
  [
    "one serial number on two modules",
    `${etoken("token_serial: '1'")}  t: { type: Pkcs11, module: m.so, token_serial: '1' }\n`,
  ],
];

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

const targets: readonly Case[] = [
  [
    "the form by the end of the name",
    ["conf", "INI", "json", "env"]
      .map((end) => alone(`{ type: Pkcs11, module: m.so, target: /a/b.${end} }`))
      .join("")
      .replaceAll("\nkey_stores:\n  s", (_, at: number) => `\n  s${at}`),
    ...[3, 4, 5].map((line) => `?profile-token-shared ${line}:3`),
  ],
  ["a form of its own", etoken("target: { file: /etc/default/amplia, form: systemd }")],
  ["a name that tells no form", etoken("target: /etc/default/amplia"), "profile-form-unknown 2:54"],
  ["a map without a form", etoken("target: { file: /etc/default/amplia }"), "profile-form-unknown 2:62"],
  [
    "a form that is none",
    etoken("target: { file: /etc/a.conf, form: docker }"),
    "profile-value-invalid 2:81",
  ],
  [
    "form misspelt is one problem",
    etoken("target: { file: /etc/amplia, from: ini }"),
    "profile-key-unknown 2:75",
  ],
  ["no file", etoken("target: { form: ini }"), "profile-key-missing 2:46"],
  ["a relative path", etoken("target: appsettings.conf"), "profile-path-invalid 2:54"],
  ["a path with ..", etoken("target: /etc/../a.conf"), "profile-path-invalid 2:54"],
  ["a folder", etoken("target: /etc/amplia.conf/"), "profile-path-invalid 2:54"],
  ["the root", etoken("target: { file: /, form: ini }"), "profile-path-invalid 2:62"],
  [
    "one file in two forms",
    `${etoken("token_serial: '1'")}  t: { type: Pkcs11, module: m.so, target: { file: ` +
      `/etc/amplia/appsettings.conf, form: json } }\n`,
    "profile-form-conflict 3:36",
  ],
  [
    "a default one elsewhere in another form",
    `${etoken("target: { file: /etc/amplia/appsettings.conf, form: json }")}default_key_store: other\n`,
    "?profile-default-unknown 3:20",
    "profile-form-conflict 3:1",
  ],
];

const defaults: readonly Case[] = [
  ["one of the key stores", `${etoken("pin: { file: x }")}default_key_store: s\n`],
  [
    "one that the settings have",
    `${etoken("pin: { file: x }")}default_key_store: other\n`,
    "?profile-default-unknown 3:20",
  ],
  [
    "without key stores",
    `${connections}users: { u: { connection: a, pin: { file: x } } }\ndefault_key_store: other\n`,
    "?profile-default-unknown 3:20",
  ],
  [
    "alone is no profile",
    "default_key_store: other\n",
    "?profile-default-unknown 1:20",
    "profile-key-missing 1:1",
  ],
  ["no name", `${etoken("pin: { file: x }")}default_key_store: 'a:b'\n`, "profile-name-invalid 3:20"],
];

const secrets: readonly Case[] = [
  [
    "one descriptor for a user and a key store",
    withUser("{ type: Pkcs11, module: m.so, pin: { fd: 3 } }").replace("file: x", "fd: 3"),
    "profile-pin-shared 4:47",
  ],
  [
    "a descriptor that a key store has from its user",
    withUser("{ type: Kryptus, user: u }").replace("file: x", "fd: 3"),
  ],
  ["a file that cannot be", etoken("pin: { file: ~/x }"), "profile-path-invalid 2:59"],
  ["a placeholder", etoken("pin: { file: /run/SOME_PASSWORD }"), "profile-placeholder 2:59"],
  [
    "from the environment, with a warning",
    dinamo("address: h, user: op, password: { env: X }"),
    "?profile-pin-env 2:56",
  ],
  ["a literal password", dinamo("address: h, user: op, password: hunter2"), "profile-pin-literal 2:54"],
  ["a literal number as a PIN", etoken("pin: 1234"), "profile-pin-literal 2:51"],
  ["a literal key", azure(`${vault}, app_key: hunter2`), "profile-pin-literal 2:89"],
  ["a password by another name", etoken("PassWord: hunter2"), "profile-pin-literal 2:46"],
  ["a key of the vault in another store", etoken("AppKey: hunter2"), "profile-pin-literal 2:46"],
];

const parts = {
  types,
  names,
  forms,
  pkcs11,
  versions,
  tokens,
  kryptus: kryptusStores,
  azure: azureStores,
  dinamo: dinamoStores,
  targets,
  defaults,
  secrets,
};

for (const [part, cases] of Object.entries(parts)) {
  t.test(`${part}: each mistake is one problem at its place, and nothing else is one`, async (t) => {
    for (const [promise, text, ...problems] of cases)
      t.same([...places(await parsed(text))].sort(), [...problems].sort(), promise);
  });
}

t.test("every problem says what to do", async (t) => {
  for (const [promise, text] of Object.values(parts).flat()) {
    for (const { hint, message } of (await parsed(text)).problems) {
      t.ok(hint, `${promise}: ${message}`);
      t.notMatch(message, /\.$|^[A-Z][a-z]+ (?!key|Amplia|needs|store)/);
    }
  }
});
