import t from "tap";
import type { Setting } from "../../../src/formats/settings/settings-text.js";
import { path } from "../../../src/host/path.js";
import { Secret } from "../../../src/problem/secret.js";
import type { KeyStore, PinSource } from "../../../src/profile/types.js";
import { storesEdit, type Secrets } from "../../../src/steps/key-stores/stores-edit.js";
import type { WrittenFile } from "../../../src/steps/key-stores/written-stores.js";

const target = { path: path("/etc/amplia/appsettings.conf"), form: "ini" } as const;
const source: PinSource = { from: "file", path: path("/run/pin") };
const known: Secrets = new Map([[source, new Secret("1234")]]);
const hsm = storeOf({ Type: "Pkcs11", Module: "libkNETPKCS11.so", Pin: source });

function storeOf(settings: KeyStore["settings"]): KeyStore {
  return { name: "Hsm", target, settings };
}

function settings(values: Readonly<Record<string, string>>): readonly Setting[] {
  return Object.entries(values).map(([key, value], offset) => ({ key, value, offset }));
}

function edit(
  stores: readonly KeyStore[] | undefined,
  now: Readonly<Record<string, string>>,
  {
    written,
    secrets = known,
    defaultKeyStore,
  }: { written?: Partial<WrittenFile>; secrets?: Secrets; defaultKeyStore?: string } = {},
) {
  const wanted = {
    target,
    stores: stores ?? [],
    others: stores === undefined ? "stay" : "go",
    defaultKeyStore: { name: defaultKeyStore },
  } as const;
  const record = written && {
    path: target.path,
    form: target.form,
    service: "amplia",
    keyStores: [],
    ...written,
  };
  const result = storesEdit(wanted, settings(now), record, secrets);
  return { ...result, set: Object.fromEntries(result.edit.set), remove: [...result.edit.remove] };
}

const asWanted = {
  "KeyStores:Hsm:Type": "Pkcs11",
  "KeyStores:Hsm:Module": "libkNETPKCS11.so",
  "KeyStores:Hsm:Pin": "1234",
};

t.test(
  "a new store: every setting in the document's order, the PIN not shown, and the store is knetctl's own",
  async (t) => {
    const { set, summary, written, kept } = edit([hsm], {});
    t.same(Object.entries(set), Object.entries(asWanted));
    t.same(summary, [
      "KeyStores:Hsm:Type: Pkcs11",
      "KeyStores:Hsm:Module: libkNETPKCS11.so",
      "KeyStores:Hsm:Pin: <set>",
    ]);
    t.same([written, kept], [["Hsm"], []]);
  },
);

t.test(
  "a store that says all that already, in whatever case, changes nothing and stays somebody else's",
  async (t) => {
    const upper = Object.fromEntries(
      Object.entries(asWanted).map(([key, value]) => [key.toUpperCase(), value]),
    );
    for (const now of [asWanted, upper]) {
      const { summary, written, remove } = edit([hsm], now);
      t.same([summary, written, remove], [[], [], []]);
    }
  },
);

t.test("only what differs is told; another PIN is told as changed, and neither is shown", async (t) => {
  const { summary, differing } = edit([hsm], {
    ...asWanted,
    "KeyStores:Hsm:Module": "old.so",
    "KeyStores:Hsm:Pin": "4321",
  });
  t.same(summary, ["KeyStores:Hsm:Module: old.so → libkNETPKCS11.so", "KeyStores:Hsm:Pin: <changed>"]);
  t.same(differing, ["KeyStores:Hsm:Pin"]);
  t.notMatch(JSON.stringify(summary), /1234|4321/);
});

t.test(
  "what stood in a line so far is not shown where it may be a PIN that was put there by mistake",
  async (t) => {
    const wanted = storeOf({
      Type: "Kryptus",
      Host: "10.1.2.3",
      Port: "60161",
      RootUsername: "r",
      RootPassword: source,
    });
    const mistaken = Object.fromEntries(
      ["Type", "Host", "Port", "RootUsername"].map((name) => [`KeyStores:Hsm:${name}`, "87654321"]),
    );
    const { summary } = edit(
      [wanted],
      { ...mistaken, "Amplia:DefaultKeyStore": "87654321" },
      { defaultKeyStore: "Hsm" },
    );
    t.same(summary.filter((line) => line.includes("→")).length, 5);
    t.notMatch(JSON.stringify(summary), /87654321/);
    t.notMatch(
      JSON.stringify(
        edit([storeOf({ ...hsm.settings, TokenLabel: "a" })], {
          ...asWanted,
          "KeyStores:Hsm:Module": "87654321",
          "KeyStores:Hsm:TokenLabel": "87654321",
        }).summary,
      ),
      /87654321/,
    );
    t.same(
      edit([wanted], { "KeyStores:Hsm:Type": "pkcs11", "KeyStores:Hsm:Host": "10.9.9.9" }).summary.slice(
        0,
        2,
      ),
      ["KeyStores:Hsm:Type: pkcs11 → Kryptus", "KeyStores:Hsm:Host: 10.9.9.9 → 10.1.2.3"],
    );
  },
);

t.test(
  "a setting of the store that the profile no longer has goes; one that no profile knows stays",
  async (t) => {
    const { remove, summary } = edit([hsm], {
      ...asWanted,
      "KeyStores:Hsm:TokenLabel": "a",
      "KeyStores:Hsm:Custom": "x",
    });
    t.same(remove, ["KeyStores:Hsm:TokenLabel"]);
    t.same(summary, ["KeyStores:Hsm:TokenLabel: removed"]);
  },
);

t.test(
  "a PIN without a source in the profile is the user's own affair, as long as the type stays",
  async (t) => {
    const without = storeOf({ Type: "Pkcs11", Module: "libkNETPKCS11.so" });
    t.same(edit([without], asWanted).remove, []);
    t.same(
      edit([storeOf({ Type: "AzureKeyVault", Endpoint: "https://x", AppId: "i", CertThumb: "c" })], asWanted)
        .remove,
      ["KeyStores:Hsm:Module", "KeyStores:Hsm:Pin"],
    );
  },
);

t.test("the type's case does not make another type of it: the user's own PIN stays", async (t) => {
  const without = storeOf({ Type: "Pkcs11", Module: "libkNETPKCS11.so" });
  t.same(edit([without], { ...asWanted, "KeyStores:Hsm:Type": "PKCS11" }).remove, []);
});

t.test("a secret goes with the user or the way to prove oneself that it was for", async (t) => {
  const cloud = { Type: "AzureKeyVault", Endpoint: "https://x", AppId: "i" };
  t.same(
    edit([storeOf({ ...cloud, CertThumb: "c" })], {
      "KeyStores:Hsm:Type": "AzureKeyVault",
      "KeyStores:Hsm:AppKey": "k",
    }).remove,
    ["KeyStores:Hsm:AppKey"],
  );
  const vco = storeOf({
    Type: "Kryptus",
    Host: "10.1.2.3",
    Port: "60161",
    VcoUsername: "v",
    VcoPassword: source,
  });
  t.same(
    edit([vco], {
      "KeyStores:Hsm:Type": "Kryptus",
      "KeyStores:Hsm:RootUsername": "r",
      "KeyStores:Hsm:RootPassword": "p",
    }).remove,
    ["KeyStores:Hsm:RootUsername", "KeyStores:Hsm:RootPassword"],
  );
});

t.test(
  "a secret that cannot be had leaves the one in the file; where there is none, it is told as set",
  async (t) => {
    const old = edit([hsm], { ...asWanted, "KeyStores:Hsm:Pin": "4321" }, { secrets: new Map() });
    t.same(
      [old.summary, old.unknown, Object.keys(old.set).includes("KeyStores:Hsm:Pin")],
      [[], ["KeyStores:Hsm:Pin"], false],
    );
    t.same(edit([hsm], {}, { secrets: new Map() }).summary.at(-1), "KeyStores:Hsm:Pin: <set>");
  },
);

t.test(
  "a store that is no longer in the profile goes when knetctl made it, and with it nothing else",
  async (t) => {
    const now = { ...asWanted, "KeyStores:Other:Type": "Pkcs11", "Amplia:X": "y" };
    const { remove, kept, written } = edit([], now, { written: { keyStores: ["hsm"] } });
    t.same(remove, Object.keys(asWanted));
    t.same(kept, [{ name: "Other", because: "foreign" }]);
    t.same(written, []);
  },
);

t.test("one that somebody has added settings to is kept, and remembered", async (t) => {
  const { remove, kept, written } = edit(
    [],
    { ...asWanted, "KeyStores:Hsm:Custom": "x" },
    { written: { keyStores: ["Hsm"] } },
  );
  t.same([remove, kept, written], [[], [{ name: "Hsm", because: "extended" }], ["Hsm"]]);
});

t.test("a profile that says nothing of key stores takes none away, and none is told", async (t) => {
  const { remove, kept, written } = edit(undefined, asWanted, { written: { keyStores: ["Hsm"] } });
  t.same([remove, kept, written], [[], [], ["Hsm"]]);
});

t.test(
  "the default store: set, remembered, and taken away only when it is still the one that was set",
  async (t) => {
    const key = "Amplia:DefaultKeyStore";
    t.match(edit([hsm], asWanted, { defaultKeyStore: "Hsm" }), {
      set: { [key]: "Hsm" },
      summary: [`${key}: Hsm`],
      defaultKeyStore: "Hsm",
    });
    t.match(edit([hsm], { ...asWanted, [key]: "Hsm" }, { defaultKeyStore: "Hsm" }), {
      summary: [],
      defaultKeyStore: undefined,
    });
    t.same(edit([hsm], { ...asWanted, [key]: "Hsm" }, { written: { defaultKeyStore: "Hsm" } }).remove, [key]);
    t.same(edit([hsm], { ...asWanted, [key]: "Else" }, { written: { defaultKeyStore: "Hsm" } }).remove, []);
    t.same(edit([hsm], { ...asWanted, [key]: "Hsm" }).remove, []);
  },
);
