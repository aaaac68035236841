import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import t from "tap";
import { asAmplia, consumerScene, run } from "../support/consumer-scene.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl } from "../support/knetctl.js";

await ensureSandbox(import.meta.filename);

const { profile, pin, logins, makeKey } = await consumerScene();

const folder = "/etc/pki/nssdb";
const database = `sql:${folder}`;
const modulesFile = `${folder}/pkcs11.txt`;
const own = "/var/amplia/.pki/nssdb";
const pinFile = "/etc/knet-pins/amplia.tls.pin";

const tls = (keys = "") => `\n  tls: { type: nss, user: ca_signer${keys} }`;
const all = profile("all", tls());

/** Another module, as NSS's own tool adds it; it has no token. */
const theirs = "/usr/lib/x86_64-linux-gnu/p11-kit-proxy.so";

const text = () => readFileSync(modulesFile, "utf8");
const modutil = (...args: readonly string[]) =>
  execFileSync("modutil", ["-dbdir", database, "-force", ...args], { encoding: "utf8", stdio: "pipe" });

t.test("without a database it is refused, and the command that makes one is told", async (t) => {
  const { exitCode, errors } = await run("plan", all);
  t.equal(exitCode, 1);
  t.match(errors, [
    {
      code: "consumer-file-unusable",
      detail: "consumer tls; only its own program can make it",
      hint: `make it first: certutil -N -d ${database} --empty-password`,
    },
  ]);
  mkdirSync(folder, { recursive: true });
  execFileSync("sh", ["-c", `certutil -N -d ${database} --empty-password`]);
  for (const file of ["cert9.db", "key4.db", "pkcs11.txt"]) chmodSync(`${folder}/${file}`, 0o644);
  modutil("-add", "theirs", "-libfile", theirs);
});

t.test("apply: certutil finds the token and logs in, once; nothing else of the file changes", async (t) => {
  const before = text();
  logins();
  const { exitCode, document, consumers } = await run("apply", all);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(consumers, [
    {
      name: "tls",
      type: "nss",
      status: "warn",
      detail: /^certutil logged in to token "ca_signer", and listed its keys; nothing was signed/,
    },
  ]);
  t.equal(logins(), 3, "the smoke test of two users, and certutil, which finds no key");
  t.equal(
    text(),
    `${before}\n# knetctl: begin tls\n# token ca_signer\nlibrary=libkNETPKCS11.so\nname=tls\n` +
      "# knetctl: end tls\n\n",
  );
  t.equal(readFileSync(pinFile, "utf8"), pin);
  t.equal(statSync(modulesFile).mode & 0o777, 0o644);
  t.notMatch(text(), pin);
  t.match(modutil("-list"), /^ {2}\d\. theirs$[^]*^ {2}\d\. tls\n\tlibrary name: libkNETPKCS11\.so$/m);
  t.match(await run("apply", all), { exitCode: 0, document: { changes: [] } });
});

t.test("with a key certutil signs, and openssl verifies", async (t) => {
  await makeKey("rsa", "01");
  await makeKey("two words", "02aabbccddeeff00112233445566778899aabbcc", "EC:prime256v1");
  for (const key of ["rsa", "two words"]) {
    logins();
    const { exitCode, errors, consumers } = await run("prove", "tls", profile("key", tls(`, key: ${key}`)));
    t.equal(exitCode, 0, JSON.stringify(errors));
    t.match(consumers, [
      { status: "pass", detail: `certutil signed with key "${key}", and openssl verified the signature` },
    ]);
    t.equal(logins(), 3, "knetctl's own, one to find the key, one to sign");
  }
  t.notMatch(
    await asAmplia(["certutil", "-L", "-d", database]),
    /knetctl/,
    "nothing is left in the database",
  );
});

t.test("a key that is not there, a wrong PIN: one login of certutil", async (t) => {
  logins();
  const { errors } = await run("prove", "tls", profile("gone", tls(", key: gone")));
  t.match(errors, [{ title: /^consumer "tls" \(nss\) failed to find the key/ }]);
  t.equal(logins(), 2);
  const { exitCode, consumers } = await run("verify", all);
  t.match([exitCode, consumers], [0, [{ status: "warn" }]]);
});

t.test("what the documentation says of certutil: TOKEN:PIN, and a name that is not there", async (t) => {
  writeFileSync("/tmp/pin", `ca_signer:${pin}`, { mode: 0o644 });
  const keys = (token: string) => asAmplia(["certutil", "-K", "-d", database, "-h", token, "-f", "/tmp/pin"]);
  logins();
  t.match(await keys("ca_signer"), /^< \d> rsa +01 /m);
  t.equal(logins(), 1);
  t.match(await keys("nobody"), /tsa_signer[^]*^< \d> rsa +01 /m);
  t.equal(logins(), 2, "both tokens were sent a PIN");
});

t.test("what NSS's own tools do meanwhile leaves the entry alone, and it is no drift", async (t) => {
  modutil("-delete", "theirs");
  modutil("-add", "late", "-libfile", theirs);
  modutil("-fips", "true");
  modutil("-fips", "false");
  t.match(await run("verify", all, "--no-smoke-test"), { exitCode: 0, document: { changes: [] } });
  modutil("-delete", "tls");
  t.notMatch(text(), "knetctl");
  const { exitCode, document } = await run("verify", all, "--no-smoke-test");
  t.match([exitCode, document.changes], [2, [{ path: modulesFile, summary: ["consumer tls: entry added"] }]]);
  const left = text();
  writeFileSync(
    modulesFile,
    `${left}library=/opt/theirs.so
name=tls

`,
  );
  t.match(await run("plan", all), {
    errors: [{ code: "consumer-file-refused", detail: "another module has the same name" }],
  });
  writeFileSync(modulesFile, left);
  t.equal((await run("apply", all)).exitCode, 0);
});

t.test("a second database, in the service's home; two entries in one are refused", async (t) => {
  execFileSync("sh", [
    "-c",
    `mkdir -p ${own} && certutil -N -d sql:${own} --empty-password && ` +
      "chown -R amplia:amplia /var/amplia/.pki",
  ]);
  const second = `\n  home: { type: nss, user: tsa_signer, file: ${own}/pkcs11.txt }`;
  const { exitCode, document, consumers } = await run("apply", profile("two", `${tls()}${second}`));
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(consumers, [{ name: "tls" }, { name: "home", detail: /token "tsa_signer"/ }]);
  t.equal(execFileSync("stat", ["-c", "%a %U", `${own}/pkcs11.txt`], { encoding: "utf8" }), "600 amplia\n");
  const both = profile("both", `${tls()}\n  more: { type: nss, user: tsa_signer }`);
  t.match(await run("plan", both), {
    errors: [{ code: "consumer-file-refused", detail: /^another module has the same library/ }],
  });
  const elsewhere = profile("elsewhere", tls(", file: /etc/pki/nssdb/modules.txt"));
  t.match(await run("validate", elsewhere), { errors: [{ code: "profile-path-invalid" }] });
});

t.test("what is no longer listed goes, and a rollback brings it back", async (t) => {
  const before = text();
  t.equal((await run("apply", profile("none", " {}"))).exitCode, 0);
  t.notMatch(text(), /knetctl|libkNETPKCS11/);
  t.match(modutil("-list"), /^ {2}\d\. late$/m);
  t.notMatch(readFileSync(`${own}/pkcs11.txt`, "utf8"), "knetctl");
  t.notOk(existsSync(pinFile));
  t.equal((await knetctl(["rollback", "--yes"])).exitCode, 0);
  t.equal(text(), before);
  t.match(await asAmplia(["modutil", "-dbdir", database, "-list", "tls"]), /^ {2}Token Name: ca_signer *$/m);
});

t.test("a PIN file that differs is not used, and a file that NSS misreads is not edited", async (t) => {
  writeFileSync(pinFile, "wrong-4711");
  logins();
  const { consumers } = await run("verify", all);
  t.match(consumers, [{ status: "fail", detail: /does not have the profile's PIN/ }]);
  t.equal(logins(), 2, "the smoke test's");
  writeFileSync(modulesFile, text().trimEnd());
  t.match(await run("plan", all), { errors: [{ code: "consumer-file-refused", detail: /last line/ }] });
});
