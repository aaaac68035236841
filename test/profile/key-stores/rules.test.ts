import {
  alone,
  azure,
  type Case,
  connections,
  dinamo,
  etoken,
  testCases,
  vault,
  withUser,
} from "./rule-cases.js";

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

testCases({ types, names, forms, targets, defaults, secrets });
