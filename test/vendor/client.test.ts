import t from "tap";
import {
  clientArchive,
  clientHints,
  clientModule,
  clientReleases,
  isClientArchive,
  isClientModule,
  vendorNames,
} from "../../src/vendor/client.js";

t.test("the client is known by its name, in any folder and version", async (t) => {
  for (const module of [
    clientModule,
    `/usr/local/lib/${clientModule}`,
    `${clientModule}.1.7.0`,
    `x/${clientModule}`,
  ])
    t.ok(isClientModule(module), module);
});

t.test("another module is not, even where its name or its folder holds the client's", async (t) => {
  for (const module of [
    "",
    "libsofthsm2.so",
    `my${clientModule}`,
    "libkNETPKCS11.dll",
    `${clientModule}.old`,
    `${clientModule}.1.7.0.sig`,
    `/opt/${clientModule}/libsofthsm2.so`,
    "libknetpkcs11.so",
  ])
    t.notOk(isClientModule(module), module);
});

t.test("the vendor's archive is known by its name, packed once more or not", async (t) => {
  for (const name of ["-1.7.0.tar", "-2.0.0-rc1.tar.gz", "-1.7.0.tar.xz"])
    t.ok(isClientArchive(`${clientReleases}${name}`), name);
  for (const name of [
    "kNET-PKCS11-Windows-1.7.0.tar",
    "kNET-PKCS11-Linux.tar",
    "kNET-PKCS11-Linux-.tar",
    "kNET-PKCS11-Linux-1.7.0.zip",
    "kNET-PKCS11-Linux-1.7.0 (copy)-1.tar",
    "kNET-PKCS11-Linux-a b\n-1.tar",
  ])
    t.notOk(isClientArchive(name), name);
});

t.test("the vendor's names are found in the names of its module, archive and folders", async (t) => {
  for (const name of [clientModule, clientArchive, "/home/amplia/.config/kryptus", "KRYPTUS kNET"])
    t.match(name, vendorNames);
  t.notMatch("libsofthsm2.so", vendorNames);
});

t.test(
  "a wrong PIN is said to count towards a lock-out, and no hint advises to try again at once",
  async (t) => {
    t.match(clientHints.get(0xa0), /not tried again.*lock-out/);
    for (const [code, hint] of clientHints) t.notMatch(hint, /try again|retry/, code.toString(16));
  },
);

t.test(
  "hints are whole sentences in the program's way: no capital initial, no period, one line",
  async (t) => {
    for (const [code, hint] of clientHints) t.notMatch(hint, /^[A-Z][a-z]|\.$| {2}|\n/, code.toString(16));
  },
);
