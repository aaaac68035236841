import t from "tap";
import { path } from "../../../../src/host/path.js";
import { lintDefaultStore } from "../../../../src/steps/key-stores/lint/lint-default-store.js";
import { MemoryHost } from "../../../support/memory-host.js";

/** Settings by key. */
function lint(settings: Readonly<Record<string, string>>): readonly string[] {
  const context = {
    host: new MemoryHost({}),
    path: path("/etc/amplia/appsettings.conf"),
    form: "ini",
    position: () => ({ line: 1, column: 1 }),
    users: [],
    checked: [],
    installsModule: false,
  } as const;
  return lintDefaultStore(
    Object.entries(settings).map(([key, value]) => ({ key, value, offset: 0, ours: false })),
    context,
  ).map(({ code, severity, message }) => `${severity} ${code}: ${message}`);
}

t.test(
  "the database as the default store is told where it is not switched on; a native store is one that " +
    "needs no section",
  async (t) => {
    t.same(lint({ "Amplia:DefaultKeyStore": "Database", "Amplia:DatabaseKeyStoreEnabled": "True" }), []);
    t.same(lint({ "Amplia:DefaultKeyStore": "NativeUser" }), []);
    t.same(lint({ "Amplia:DefaultKeyStore": "Database" }), [
      "warning key-store-default-unknown: the default key store is the database, which these " +
        "settings do not enable",
    ]);
  },
);

t.test("a default store that is not there", async (t) => {
  const a = { "KeyStores:A:Type": "Pkcs11", "KeyStores:A:Module": "libc.so.6" };
  t.same(lint({ ...a, "Amplia:DefaultKeyStore": "B" }), [
    "warning key-store-default-unknown: the default key store is not in the settings",
  ]);
  t.same(lint({ ...a, "amplia:defaultkeystore": "a" }), []);
});
