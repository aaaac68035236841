import { alone, type Case, etoken, older, testCases, withUser, withUsers } from "./rule-cases.js";

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
    "no choice among two users, by a file with its version",
    withUsers("{ type: Pkcs11, module: /opt/libkNETPKCS11.so.1.7.0 }"),
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

/** The same with a second endpoint. */
const onVector = (profile: string): string =>
  profile.replace("port: 1 }]", "port: 1 }, { ip: 10.1.2.4, port: 1 }]");

const serials: readonly Case[] = [
  [
    "the serial number of a token on an HA vector",
    onVector(withUser("{ type: Pkcs11, user: u, token_serial: '1' }")),
    "?profile-key-store-tip 4:8",
    "?profile-token-serial 4:31",
  ],
  [
    "the same by its module",
    onVector(withUser("{ type: Pkcs11, module: libkNETPKCS11.so, token_serial: '1' }")),
    "?profile-key-store-tip 4:8",
    "?profile-token-serial 4:48",
  ],
  [
    "one endpoint alone",
    withUser("{ type: Pkcs11, user: u, token_serial: '1' }"),
    "?profile-key-store-tip 4:8",
  ],
];

testCases({ pkcs11, versions, tokens, serials });
