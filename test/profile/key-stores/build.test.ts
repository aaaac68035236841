import t from "tap";
import { parsed } from "../problems-of.js";

const kNet = `connections:
  hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }, { ip: 10.1.2.4, port: 60161 }] }
users:
  ca_signer: { connection: hsm_1, pin: { file: secrets/ca_signer } }
`;
const two = `${kNet}  ocsp: { connection: hsm_1, pin: { fd: 3 } }\namplia: { version: "4.8.0" }\n`;
const target = { path: "/etc/amplia/appsettings.conf", form: "ini" };
const pin = { from: "file", path: "/etc/knetctl/secrets/ca_signer" };

t.test("a key store of the one user takes module and PIN source from it, and writes no label", async (t) => {
  const { profile } = await parsed(
    `${kNet}key_stores: { MyKryptusHsm: { type: Pkcs11, user: ca_signer } }\n`,
  );
  t.strictSame(
    [...(profile?.keyStores ?? [])],
    [
      [
        "MyKryptusHsm",
        { name: "MyKryptusHsm", target, type: "Pkcs11", user: "ca_signer", module: "libkNETPKCS11.so", pin },
      ],
    ],
  );
});

t.test(
  "with several users the user's name is written as the label, unless the serial number tells",
  async (t) => {
    const { profile } = await parsed(
      `${two}key_stores:\n  a: { type: Pkcs11, user: ca_signer }\n  b: { type: Pkcs11, user: ocsp, ` +
        `token_serial: "1" }\n`,
    );
    t.match(profile?.keyStores?.get("a"), { tokenLabel: "ca_signer" });
    t.same(profile?.keyStores?.get("b"), {
      name: "b",
      target,
      type: "Pkcs11",
      user: "ocsp",
      module: "libkNETPKCS11.so",
      pin: { from: "fd", descriptor: 3 },
      tokenSerial: "1",
    });
  },
);

t.test("a label that is asked for is written, with one user too", async (t) => {
  const { profile } = await parsed(
    `${kNet}key_stores: { a: { type: Pkcs11, user: ca_signer, token_label: ca_signer } }\n`,
  );
  t.match(profile?.keyStores?.get("a"), { tokenLabel: "ca_signer" });
});

t.test("a source that comes from a user is that user's very own, so that it is read once", async (t) => {
  const { profile } = await parsed(
    `${two}key_stores:\n  a: { type: Pkcs11, user: ocsp }\n  b: { type: Kryptus, user: ocsp }\n`,
  );
  const own = profile?.users.get("ocsp")?.pin;
  const [a, b] = ["a", "b"].map((name) => profile?.keyStores?.get(name));
  t.ok(own !== undefined && a?.type === "Pkcs11" && a.pin === own);
  t.ok(own !== undefined && b?.type === "Kryptus" && b.root?.password === own);
});

t.test("a Kryptus key store is derived from a connection and a user", async (t) => {
  const { profile } = await parsed(
    `${kNet}key_stores: { Vendor: { type: Kryptus, connection: hsm_1, user: ca_signer } }\n`,
  );
  t.strictSame(profile?.keyStores?.get("Vendor"), {
    name: "Vendor",
    target,
    type: "Kryptus",
    host: "10.1.2.3",
    port: 60161,
    root: { username: "ca_signer", password: pin },
  });
});

t.test("a profile of key stores alone has neither connections nor users", async (t) => {
  const { profile, problems } = await parsed(`key_stores:
  eTokenA: { type: Pkcs11, module: libeTPkcs11.so, pin: { file: etoken }, token_serial: "01f5cfe4", target: /etc/amplia/appsettings.json }
  Vendor2: { type: Kryptus, host: 10.1.2.3, port: "60161", vco_username: y, vco_password: { env: VCO } }
  Cloud: { type: AzureKeyVault, endpoint: "https://x.vault.azure.net/", app_id: i, app_key: { credential: k }, use_hsm: false }
  Cert: { type: AzureKeyVault, endpoint: "https://x.vault.azure.net/", app_id: i, cert_thumb: ${"a".repeat(40)}, target: { file: /etc/default/amplia, form: systemd } }
  Din: { type: Dinamo, address: 10.0.0.9, user: op, password: { prompt: true }, target: /srv/amplia.ENV }
default_key_store: Din
amplia: { version: "4.10" }
service: { unit: amplia.service, health: "http://localhost:5000/api/system/info", start_timeout: 90 }
`);
  t.same(
    problems.map(({ code }) => code),
    ["profile-pin-env"],
  );
  t.strictSame(profile, {
    source: "p.yaml",
    connections: new Map(),
    users: new Map(),
    service: {
      user: "amplia",
      group: "amplia",
      create: false,
      unit: "amplia.service",
      health: "http://localhost:5000/api/system/info",
      startTimeoutSeconds: 90,
    },
    keyStores: new Map<string, object>([
      [
        "eTokenA",
        {
          name: "eTokenA",
          target: { path: "/etc/amplia/appsettings.json", form: "json" },
          type: "Pkcs11",
          module: "libeTPkcs11.so",
          pin: { from: "file", path: "/etc/knetctl/etoken" },
          tokenSerial: "01f5cfe4",
        },
      ],
      [
        "Vendor2",
        {
          name: "Vendor2",
          target,
          type: "Kryptus",
          host: "10.1.2.3",
          port: 60161,
          vco: { username: "y", password: { from: "env", variable: "VCO" } },
        },
      ],
      [
        "Cloud",
        {
          name: "Cloud",
          target,
          type: "AzureKeyVault",
          endpoint: "https://x.vault.azure.net/",
          appId: "i",
          appKey: { from: "credential", name: "k" },
          useHsm: false,
        },
      ],
      [
        "Cert",
        {
          name: "Cert",
          target: { path: "/etc/default/amplia", form: "systemd" },
          type: "AzureKeyVault",
          endpoint: "https://x.vault.azure.net/",
          appId: "i",
          certThumb: "a".repeat(40),
        },
      ],
      [
        "Din",
        {
          name: "Din",
          target: { path: "/srv/amplia.ENV", form: "env" },
          type: "Dinamo",
          address: "10.0.0.9",
          user: "op",
          password: { from: "prompt" },
        },
      ],
    ]),
    defaultKeyStore: { name: "Din", target: { path: "/srv/amplia.ENV", form: "env" } },
    ampliaVersion: "4.10",
  });
});

t.test("a default key store that is none of the profile's is said in Amplia's own file", async (t) => {
  const { profile } = await parsed(`${kNet}default_key_store: other\n`);
  t.same(profile?.defaultKeyStore, { name: "other", target });
});

t.test(
  "no key stores and an empty map of them are told apart: the one leaves all as they are, the other " +
    "takes knetctl's own away",
  async (t) => {
    t.equal((await parsed(kNet)).profile?.keyStores, undefined);
    t.same((await parsed(`${kNet}key_stores: {}\n`)).profile?.keyStores, new Map());
  },
);

t.test(
  "before Amplia 4.0 the settings are in a JSON file of another name, that of the default key store too",
  async (t) => {
    const old = { path: "/etc/amplia/appsettings.linux.json", form: "json" };
    const { profile } = await parsed(
      `${kNet}amplia: { version: "3.14.0" }\nkey_stores: { a: { type: Pkcs11, module: m.so } ` +
        `}\ndefault_key_store: other\n`,
    );
    t.same([profile?.keyStores?.get("a")?.target, profile?.defaultKeyStore?.target], [old, old]);
  },
);
