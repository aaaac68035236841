import t from "tap";
import { path } from "../../../../src/host/path.js";
import type { PinSource } from "../../../../src/profile/types.js";
import { storeTarget } from "../../../../src/steps/smoke-test/other-stores/store-target.js";

const pin: PinSource = { from: "env", variable: "PIN" };

function target(
  settings: Readonly<Record<string, string | PinSource>>,
  users: readonly string[] = ["ca", "tsa"],
) {
  const target = { path: path("/etc/amplia/appsettings.conf"), form: "ini" } as const;
  return storeTarget({ name: "Store", target, settings }, users);
}

t.test("a token of a kNET user is left to the user's own proof", async (t) => {
  const knet = { Type: "Pkcs11", Module: "libkNETPKCS11.so", Pin: pin };
  const { Module: module } = knet;
  const of = (user: string) => ({ is: "user", user, module, token: { label: user }, pin });
  t.same(target({ ...knet, TokenLabel: "tsa" }), of("tsa"));
  t.same(target(knet, ["ca"]), of("ca"));
  t.same(target({ ...knet, Module: "/opt/kryptus/libkNETPKCS11.so", TokenLabel: "ca" }), of("ca"));
  t.same(target(knet, []), { is: "token", module, token: { only: true }, pin }, "the profile has no users");
  t.same(
    target({ ...knet, TokenSerialNumber: "0815" }),
    { is: "token", module, token: { serial: "0815" }, pin },
    "whose it is shows only the token",
  );
});

t.test("any other module's token is tested, chosen as the settings choose it", async (t) => {
  const module = "libeTPkcs11.so";
  const other = { Type: "Pkcs11", Module: module };
  t.same(target({ ...other, Pin: pin }), { is: "token", module, token: { only: true }, pin });
  t.same(target({ ...other, TokenLabel: "ca" }), {
    is: "token",
    module,
    token: { label: "ca" },
    pin: undefined,
  });
  t.same(target({ ...other, TokenSerialNumber: "1" }).is, "token");
  t.match(target({ ...other, TokenLabel: "a", TokenSerialNumber: "1" }), {
    token: { label: "a", serial: "1" },
  });
});

t.test(
  "servers: host and port of a Kryptus store, Dinamo's own port, the host of an Azure vault",
  async (t) => {
    t.same(target({ Type: "Kryptus", Host: "vhsm.example.net", Port: "60161" }), {
      is: "knet",
      target: { ip: "vhsm.example.net", port: 60161 },
    });
    t.same(target({ Type: "Dinamo", Address: "10.1.2.3" }), {
      is: "dinamo",
      target: { ip: "10.1.2.3", port: 4433 },
    });
    const azure = (url: string) => target({ Type: "AzureKeyVault", Endpoint: url });
    t.same(azure("https://ca.vault.azure.net/"), {
      is: "azure",
      target: { ip: "ca.vault.azure.net", port: 443 },
    });
    t.same(azure("https://[2001:db8::7]:8443/x"), { is: "azure", target: { ip: "2001:db8::7", port: 8443 } });
    t.match(azure("vault"), { is: "nothing" });
    t.match(target({ Type: "Native" }), { is: "nothing", because: /type Native/ });
  },
);
