import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { asAmplia, consumerScene, run } from "../support/consumer-scene.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { usualClientPath } from "../../src/vendor/client.js";

await ensureSandbox(import.meta.filename);

const { profile, pin, logins, makeKey, withLongKeys } = await consumerScene();

const config = "/etc/pkcs11/java.cfg";
const pinFile = "/etc/knet-pins/amplia.java.pin";
const webProperties = "/opt/ejbca/conf/web.properties";

const java = (keys: string) => `\n  java: { type: sunpkcs11, user: ca_signer, ${keys} }`;
const ejbca = "\n  kNET: { type: ejbca, user: ca_signer }";
const second = "\n  second: { type: sunpkcs11, user: tsa_signer }";
const all = profile("all", `${java("key: code")}${second}${ejbca}`);

const theirs = "httpsserver.password=theirs\ncryptotoken.p11.lib.254.name=Other\n";

/** With a configuration and a PIN file of the test's own. */
function keytool(...args: readonly string[]): Promise<string> {
  const provider = ["-providerClass", "sun.security.pkcs11.SunPKCS11", "-providerArg", "/tmp/own.cfg"];
  return asAmplia(["keytool", ...args, ...provider]);
}

const own = ["-keystore", "NONE", "-storetype", "PKCS11", "-storepass:file", "/tmp/own.pin"];

t.before(async () => {
  writeFileSync(
    "/tmp/own.cfg",
    `name = own\nlibrary = ${usualClientPath}\nslotListIndex = 0\nshowInfo = true\n`,
  );
  writeFileSync("/tmp/own.pin", pin);
  await withLongKeys(() =>
    keytool("-genkeypair", "-alias", "code", "-keyalg", "RSA", "-dname", "CN=code", ...own),
  );
  await keytool("-genkeypair", "-alias", "ec", "-keyalg", "EC", "-dname", "CN=ec", ...own);
  await makeKey("bare", "0b");
  mkdirSync("/opt/ejbca/conf", { recursive: true });
  writeFileSync(webProperties, theirs);
  chmodSync(webProperties, 0o640);
  chownSync(webProperties, 0, 0);
});

t.test("apply: keytool signs, with one login, and openssl verifies", async (t) => {
  logins();
  const { exitCode, document, consumers } = await run("apply", all);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(consumers, [
    { status: "pass", detail: 'keytool signed with key "code", and openssl verified the signature' },
    {
      name: "second",
      status: "warn",
      detail: "keytool logs in and lists the token; nothing was signed (no key is named: set key)",
    },
    { name: "kNET", status: "skip" },
  ]);
  t.equal(logins(), 4, "the smoke test of two users, and keytool's two");
  t.match(readFileSync(config, "utf8"), /^slotListIndex = 0$/m);
  t.match(readFileSync("/etc/pkcs11/second.cfg", "utf8"), /^slotListIndex = 1$/m);
  t.equal(readFileSync(pinFile, "utf8"), pin);
  const rights = (file: string) =>
    execFileSync("stat", ["-c", "%a %U:%G", file], { encoding: "utf8" }).trim();
  t.same([config, pinFile, webProperties].map(rights), [
    "644 root:root",
    "400 amplia:amplia",
    "640 root:root",
  ]);
  t.match(
    readFileSync(webProperties, "utf8"),
    [
      `${theirs}\n# knetctl: begin kNET`,
      "# crypto token: type PKCS#11, library kNET, slot label ca_signer",
      "cryptotoken.p11.lib.255.name=kNET",
      `cryptotoken.p11.lib.255.file=${usualClientPath}`,
      "# knetctl: end kNET\n",
    ].join("\n"),
  );
});

t.test("prove: an EC key", async (t) => {
  const ec = profile("ec", java("key: ec"));
  t.match(await run("prove", "java", ec), { exitCode: 0, consumers: [{ status: "pass" }] });
});

t.test("another token at the slot: no PIN is sent to it", async (t) => {
  logins();
  const { exitCode, errors } = await run("apply", profile("slot", java('key: code, slot: "1001"')));
  t.equal(exitCode, 1);
  t.match(errors, [
    { code: "consumer-not-proven", title: /failed to find its token/, detail: /did not show/ },
  ]);
  t.equal(logins(), 2, "the smoke test's");
  t.match(readFileSync(config, "utf8"), /^slotListIndex = 0$/m);
});

t.test("a key without a certificate is none to Java", async (t) => {
  logins();
  const { errors } = await run("prove", "java", profile("bare", java("key: bare")));
  t.match(errors, [{ title: /failed to sign a request/, detail: /Alias <bare> does not exist/ }]);
  t.equal(logins(), 2, "of prove, and keytool's");
});

t.test("what the simulated module says of its mechanisms has flags that it has set itself", async (t) => {
  const shown = await keytool("-printcrl", "-file", "/dev/null");
  t.match(shown, /^ {2}label: ca_signer *$/m);
  t.notMatch(shown, /CKF_MESSAGE_VERIFY/);
});

t.test("all of it goes again", async (t) => {
  t.equal((await run("apply", profile("none", " {}"))).exitCode, 0);
  t.same([config, pinFile].map(existsSync), [false, false]);
  t.equal(readFileSync(webProperties, "utf8"), theirs);
});
