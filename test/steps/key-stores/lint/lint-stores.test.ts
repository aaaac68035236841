import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { path } from "../../../../src/host/path.js";
import { realHost } from "../../../../src/host/real-host.js";
import type { LintContext } from "../../../../src/steps/key-stores/lint/lint-context.js";
import { lintStores } from "../../../../src/steps/key-stores/lint/lint-stores.js";
import { smallRoot } from "../../../support/small-root.js";

const root = smallRoot(t);
const context: LintContext = {
  host: realHost(root),
  path: path("/etc/amplia/appsettings.conf"),
  form: "ini",
  position: () => ({ line: 1, column: 1 }),
  users: ["ca", "tsa"],
  checked: [],
  installsModule: false,
};

/** Stores by name, each with its settings. */
function lint(
  stores: Readonly<Record<string, Readonly<Record<string, string>>>>,
  more: Partial<LintContext> = {},
) {
  const settings = Object.entries(stores).flatMap(([name, values]) =>
    Object.entries({ Type: "Pkcs11", ...values }).map(([key, value]) => ({
      key: `KeyStores:${name}:${key}`,
      value,
      offset: 0,
      ours: false,
    })),
  );
  return lintStores(settings, { ...context, ...more }).map(
    ({ code, severity, message }) => `${severity} ${code}: ${message}`,
  );
}

const kNet = "libkNETPKCS11.so";

t.test(
  "a module that the loader does not find, by name or by path, is told; one that it finds is not",
  async (t) => {
    t.same(lint({ A: { Module: "libnothing.so" } }), [
      'warning key-store-module-missing: the dynamic loader does not find the module of key store "A"',
    ]);
    t.same(lint({ A: { Module: "/usr/lib/libnothing.so" } }), [
      'warning key-store-module-missing: the module of key store "A" does not exist',
    ]);
    t.same(lint({ A: { Module: "relative/lib.so" } }), [
      'warning key-store-module-missing: the module of key store "A" does not exist',
    ]);
    t.same(lint({ A: { Module: "libc.so.6" }, B: { Module: "/bin/sh" } }), []);
  },
);

t.test(
  "a kNET module of another place than the installed one is told, unless this run installs it",
  async (t) => {
    mkdirSync(join(root, "opt/old"), { recursive: true });
    writeFileSync(join(root, "opt/old", kNet), "");
    // the loader of this root finds libc by its name, and so another file than the one that is named
    t.same(lint({ A: { Module: `/opt/old/${kNet}`, TokenLabel: "ca" } }, { installsModule: true }), []);
    t.same(lint({ A: { Module: `/opt/gone/${kNet}`, TokenLabel: "ca" } }), [
      'warning key-store-module-missing: the module of key store "A" does not exist',
    ]);
  },
);

t.test("a token that no kNET user has, and a store that does not choose among several", async (t) => {
  t.same(lint({ A: { Module: kNet, TokenLabel: "gone" } }), [
    'warning key-store-token-unknown: key store "A" names a token that does not belong to any kNET user',
  ]);
  t.same(lint({ A: { Module: kNet } }), [
    'warning key-store-token-unchosen: key store "A" does not say which of the kNET users it means',
  ]);
  t.same(lint({ A: { Module: kNet } }, { users: ["ca"] }), []);
  t.same(lint({ A: { Module: kNet, TokenSerialNumber: "1" }, B: { Module: kNet, TokenLabel: "tsa" } }), []);
  t.same(
    lint({ A: { Module: kNet, TokenLabel: "anything" } }, { users: [] }),
    [],
    "a profile without users says nothing of them",
  );
});

t.test("a module with its version in the name is kNET's too, as it is to the profile's rules", async (t) => {
  mkdirSync(join(root, "opt/versioned"), { recursive: true });
  writeFileSync(join(root, `opt/versioned/${kNet}.1.7.0`), "");
  t.same(lint({ A: { Module: `/opt/versioned/${kNet}.1.7.0`, TokenLabel: "gone" } }), [
    'warning key-store-token-unknown: key store "A" names a token that does not belong to any kNET user',
  ]);
  for (const installsModule of [false, true])
    t.same(lint({ A: { Module: `${kNet}.1.7.0`, TokenLabel: "ca" } }, { installsModule }), [
      'warning key-store-module-missing: the dynamic loader does not find the module of key store "A"',
    ]);
});

t.test("a label that no user has is not shown: it may be a PIN in the wrong line", (t) => {
  const settings = Object.entries({ Type: "Pkcs11", Module: kNet, TokenLabel: "87654321" }).map(
    ([key, value]) => ({ key: `KeyStores:A:${key}`, value, offset: 0, ours: false }),
  );
  const [problem] = lintStores(settings, context);
  t.match(problem, {
    code: "key-store-token-unknown",
    detail: 'its KeyStores:A:TokenLabel is not one of "ca", "tsa"',
  });
  t.notMatch(JSON.stringify(problem), /87654321/);
  t.end();
});

t.test(
  "two stores on one token are told, but for two of the profile, which were checked there",
  async (t) => {
    const two = { A: { Module: kNet, TokenLabel: "ca" }, B: { Module: kNet, TokenLabel: "ca" } };
    t.same(lint(two), ['warning key-store-same-token: key stores "A" and "B" use the same token']);
    t.same(lint(two, { checked: ["a", "b"] }), []);
    t.same(lint(two, { checked: ["A"] }), [
      'warning key-store-same-token: key stores "A" and "B" use the same token',
    ]);
  },
);

t.test("a module of Windows is told, but for one of the profile, which was told there", async (t) => {
  t.same(lint({ C: { Module: "eTPKCS11.dll" } }), [
    'warning key-store-module-windows: the module of key store "C" is a library for Windows',
  ]);
  t.same(lint({ C: { Module: "eTPKCS11.dll" } }, { checked: ["C"] }), []);
});

t.test(
  "a type that is missing, misspelt, of Windows or unknown is told, and its text never shown",
  async (t) => {
    const messages = (type: string) =>
      lint({ A: { Type: type } }).map((text) =>
        text.replace("warning key-store-type-unknown: key store ", ""),
      );
    t.same(messages("Pkcs12"), ['"A" is of an unknown type']);
    t.same(messages("87654321"), ['"A" is of an unknown type']);
    t.same(messages("Cng"), ['"A" is of a type that exists only on Windows']);
    for (const known of ["pkcs11", "Kryptus", "AzureKeyVault", "Dinamo", "Native", "GoogleKms", "AmazonKms"])
      t.same(messages(known), [], known);
    const [problem] = lintStores([{ key: "KeyStores:A:Pin", value: "1", offset: 0, ours: false }], context);
    t.match(problem, { code: "key-store-type-unknown", message: 'key store "A" has no Type' });
  },
);
