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
        { name: "MyKryptusHsm", target, settings: { Type: "Pkcs11", Module: "libkNETPKCS11.so", Pin: pin } },
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
    t.match(profile?.keyStores?.get("a"), { settings: { TokenLabel: "ca_signer" } });
    t.same(profile?.keyStores?.get("b"), {
      name: "b",
      target,
      settings: {
        Type: "Pkcs11",
        Module: "libkNETPKCS11.so",
        Pin: { from: "fd", descriptor: 3 },
        TokenSerialNumber: "1",
      },
    });
  },
);

t.test("a label that is asked for is written, with one user too", async (t) => {
  const { profile } = await parsed(
    `${kNet}key_stores: { a: { type: Pkcs11, user: ca_signer, token_label: ca_signer } }\n`,
  );
  t.match(profile?.keyStores?.get("a"), { settings: { TokenLabel: "ca_signer" } });
});

t.test("a source that comes from a user is that user's very own, so that it is read once", async (t) => {
  const { profile } = await parsed(
    `${two}key_stores:\n  a: { type: Pkcs11, user: ocsp }\n  b: { type: Kryptus, user: ocsp }\n`,
  );
  const own = profile?.users.get("ocsp")?.pin;
  const [a, b] = ["a", "b"].map((name) => profile?.keyStores?.get(name)?.settings);
  t.ok(own !== undefined && a?.["Type"] === "Pkcs11" && a["Pin"] === own);
  t.ok(own !== undefined && b?.["Type"] === "Kryptus" && b["RootPassword"] === own);
});

t.test("a Kryptus key store is derived from a connection and a user", async (t) => {
  const { profile } = await parsed(
    `${kNet}key_stores: { Vendor: { type: Kryptus, connection: hsm_1, user: ca_signer } }\n`,
  );
  t.strictSame(profile?.keyStores?.get("Vendor"), {
    name: "Vendor",
    target,
    settings: {
      Type: "Kryptus",
      Host: "10.1.2.3",
      Port: "60161",
      RootUsername: "ca_signer",
      RootPassword: pin,
    },
  });
});

t.test("a profile of key stores alone has neither connections nor users", async (t) => {
  const { profile, problems } = await parsed(`key_stores:
  eTokenA:
    type: Pkcs11
    module: libeTPkcs11.so
    pin: { file: etoken }
    token_serial: "01f5cfe4"
    target: /etc/amplia/appsettings.json
  Vendor2: { type: Kryptus, host: 10.1.2.3, port: "60161", vco_username: y, vco_password: { env: VCO } }
  Cloud:
    type: AzureKeyVault
    endpoint: "https://x.vault.azure.net/"
    app_id: i
    app_key: { credential: k }
    use_hsm: false
  Cert:
    type: AzureKeyVault
    endpoint: "https://x.vault.azure.net/"
    app_id: i
    cert_thumb: ${"a".repeat(40)}
    target: { file: /etc/default/amplia, form: systemd }
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
          settings: {
            Type: "Pkcs11",
            Module: "libeTPkcs11.so",
            Pin: { from: "file", path: "/etc/knetctl/etoken" },
            TokenSerialNumber: "01f5cfe4",
          },
        },
      ],
      [
        "Vendor2",
        {
          name: "Vendor2",
          target,
          settings: {
            Type: "Kryptus",
            Host: "10.1.2.3",
            Port: "60161",
            VcoUsername: "y",
            VcoPassword: { from: "env", variable: "VCO" },
          },
        },
      ],
      [
        "Cloud",
        {
          name: "Cloud",
          target,
          settings: {
            Type: "AzureKeyVault",
            Endpoint: "https://x.vault.azure.net/",
            AppId: "i",
            AppKey: { from: "credential", name: "k" },
            UseHsm: "False",
          },
        },
      ],
      [
        "Cert",
        {
          name: "Cert",
          target: { path: "/etc/default/amplia", form: "systemd" },
          settings: {
            Type: "AzureKeyVault",
            Endpoint: "https://x.vault.azure.net/",
            AppId: "i",
            CertThumb: "a".repeat(40),
          },
        },
      ],
      [
        "Din",
        {
          name: "Din",
          target: { path: "/srv/amplia.ENV", form: "env" },
          settings: { Type: "Dinamo", Address: "10.0.0.9", User: "op", Password: { from: "prompt" } },
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

t.test("every type writes the settings of its document, in its order", async (t) => {
  const { profile } = await parsed(`key_stores:
  p: { token_label: a, token_serial: "01f5cfe4", pin: { prompt: true }, module: m.so, type: Pkcs11 }
  k:
    type: Kryptus
    vco_password: { env: V }
    vco_username: v
    root_password: { env: R }
    root_username: r
    port: 60161
    host: 10.1.2.3
  a: { type: AzureKeyVault, use_hsm: false, app_key: { env: A }, app_id: i, endpoint: "https://x/" }
  c: { type: AzureKeyVault, use_hsm: true, cert_thumb: ${"a".repeat(40)}, app_id: i, endpoint: "https://x/" }
  d: { type: Dinamo, password: { env: D }, user: op, address: 10.0.0.9 }
`);
  const settings = (name: string) =>
    Object.entries(profile?.keyStores?.get(name)?.settings ?? {}).map(
      ([setting, value]) => `${setting}=${typeof value === "string" ? value : `<${value.from}>`}`,
    );
  t.same(settings("p"), [
    "Type=Pkcs11",
    "Module=m.so",
    "Pin=<prompt>",
    "TokenSerialNumber=01f5cfe4",
    "TokenLabel=a",
  ]);
  t.same(settings("k"), [
    "Type=Kryptus",
    "Host=10.1.2.3",
    "Port=60161",
    "RootUsername=r",
    "RootPassword=<env>",
    "VcoUsername=v",
    "VcoPassword=<env>",
  ]);
  t.same(settings("a"), [
    "Type=AzureKeyVault",
    "Endpoint=https://x/",
    "AppId=i",
    "AppKey=<env>",
    "UseHsm=False",
  ]);
  t.same(settings("c").slice(3), [`CertThumb=${"a".repeat(40)}`, "UseHsm=True"]);
  t.same(settings("d"), ["Type=Dinamo", "Address=10.0.0.9", "User=op", "Password=<env>"]);
});
