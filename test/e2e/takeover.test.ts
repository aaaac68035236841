import t from "tap";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { provisioning } from "../support/provisioning.js";
import { pagesFirstHost } from "../docs/first-host.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, archive, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

const settings = "/etc/amplia/appsettings.conf";
const taken = "/root/taken.yaml";
const secret = "an-old-hand's-PIN";

// a host as a person set it up by the document: module and client configuration there, key stores by hand
t.equal((await knetctlJson(["apply", "--no-smoke-test", profile])).document.outcome, "applied");
const gid = Number(execFileSync("id", ["-g", "amplia"]).toString());
mkdirSync("/etc/amplia", { mode: 0o750 });
chownSync("/etc/amplia", 0, gid);
writeFileSync(
  settings,
  `# Amplia
[Amplia]
SiteUrl=http://localhost
DefaultKeyStore=Ca

[keystores:Ca]
type=pkcs11
Module = libkNETPKCS11.so
Pin=${secret}
TokenLabel=ca_signer

[KeyStores:Token A]
Type=Pkcs11
Module=/usr/lib/softhsm/libsofthsm2.so
Pin="${secret} "
TokenSerialNumber=0123
Extra=kept

[KeyStores:Vendor]
Type=Kryptus
Host=10.1.2.3
Port=60161
RootUsername=ca_signer
RootPassword=${secret}

[KeyStores:Cloud]
Type=AzureKeyVault
Endpoint=https://x.vault.azure.net/
AppId=0f
AppKey=${secret}
UseHsm=true

[KeyStores:Old]
Type=Native
`,
);
chownSync(settings, 0, gid);
chmodSync(settings, 0o640);
const before = readFileSync(settings, "utf8");

t.test("init --from-host writes a profile that names the PINs' files, and holds none of them", async (t) => {
  const { exitCode, stdout, stderr } = await knetctl(["init", "--from-host", "--out", taken]);
  t.equal(exitCode, 0, stderr);
  t.notMatch(`${stdout}${stderr}${readFileSync(taken, "utf8")}`, new RegExp(secret));
  t.equal(statSync(taken).mode & 0o777, 0o600);
  const text = readFileSync(taken, "utf8");
  t.match(
    text,
    new RegExp(
      'key store "Old" of /etc/amplia/appsettings\\.conf is left out: ' +
        "its type is not one that knetctl writes",
    ),
  );
  t.match(
    text,
    new RegExp(
      "# Pin goes into /etc/knetctl/ca_signer\\.pin; at present it is in /etc/amplia/appsettings\\.conf " +
        "as KeyStores:Ca:Pin\n +Ca: \\{ type: Pkcs11, user: ca_signer, " +
        "target: /etc/amplia/appsettings\\.conf \\}",
    ),
  );
  t.match(text, /token_serial: "0123"/);
  t.match(text, /default_key_store: Ca\n/);
});

t.test("plan against it finds nothing to do, before the PINs are in their files and after", async (t) => {
  for (const when of ["before", "after"]) {
    if (when === "after") {
      mkdirSync("/etc/knetctl", { mode: 0o700 });
      for (const [, file] of readFileSync(taken, "utf8").matchAll(/goes into (\/etc\/knetctl\/\S+\.pin)/g))
        writeFileSync(file!, file!.includes("Token") ? `${secret} ` : secret, { mode: 0o600 });
      writeFileSync("/etc/knetctl/tsa_signer.pin", "x", { mode: 0o600 });
    }
    const { exitCode, document } = await knetctlJson(["plan", taken]);
    t.same(document.changes, [], when);
    t.equal(exitCode, 0, `${when}: ${JSON.stringify(document.problems)}`);
    t.equal(document.problems.filter(({ severity }) => severity === "error").length, 0);
    if (when === "after") t.notMatch(document.problems, [{ code: "key-store-pin-differs" }]);
  }
  t.equal(readFileSync(settings, "utf8"), before);
});

t.test("apply with it changes nothing either", async (t) => {
  t.match((await knetctlJson(["apply", "--no-smoke-test", taken])).document, {
    outcome: "unchanged",
    changes: [],
  });
});

t.test("a profile that is there already is not overwritten", async (t) => {
  const { exitCode, document } = await knetctlJson(["init", "--from-host", "--out", taken]);
  t.equal(exitCode, 73);
  t.match(document.problems, [{ code: "init-cannot-write", where: { path: taken } }]);
});

t.test("to standard output it is the same, and with --json one document", async (t) => {
  const { stdout } = await knetctl(["init", "--from-host"]);
  t.equal(stdout, readFileSync(taken, "utf8"));
  const { document } = await knetctlJson(["init", "--from-host"]);
  t.equal((document as unknown as { profile: string }).profile, stdout);
});

t.test("settings of other forms are named, and found", async (t) => {
  writeFileSync(
    `${folder}/service.env`,
    `KeyStores__E__Type=Pkcs11\nKeyStores__E__Module=libx.so\nKeyStores__E__Pin="${secret}"\n`,
    { mode: 0o600 },
  );
  const { stdout, stderr, exitCode } = await knetctl([
    "init",
    "--from-host",
    "--settings",
    `systemd:${folder}/service.env`,
  ]);
  t.equal(exitCode, 0, stderr);
  t.match(
    stdout,
    new RegExp(
      `E: \\{ type: Pkcs11, module: libx\\.so, pin: \\{ file: /etc/knetctl/E\\.pin \\}, target: \\{ ` +
        `file: ${folder}/service\\.env, form: systemd \\} \\}`,
    ),
  );
});

t.test("unfriendly: an unknown user, a relative file, nothing to describe, no --from-host", async (t) => {
  const code = async (...args: string[]) => (await knetctlJson(["init", ...args])).document.problems[0]?.code;
  t.equal(await code("--from-host", "--user", "nobody-here"), "account-missing");
  t.equal(await code("--from-host", "--settings", "appsettings.conf"), "usage-invalid");
  t.equal(
    await code("--from-host", "--user", "daemon", "--settings", "/etc/none.conf"),
    "init-nothing-found",
  );
  t.equal(await code(), "usage-invalid");
  t.notOk(existsSync("/etc/none.conf"));
});

t.test("what docs/first-host.md says to type works on this host, as it is typed", async (t) => {
  for (const { call, exitCode, said } of await pagesFirstHost({ cluster, archive }))
    t.equal(exitCode, call === "plan" ? 2 : 0, `${call}: ${said}`);
  t.match(readFileSync(settings, "utf8"), /^\[KeyStores:MyKryptusHsm\]$/m);
});
