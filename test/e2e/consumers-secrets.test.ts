import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import t from "tap";
import { consumerScene, run } from "../support/consumer-scene.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl } from "../support/knetctl.js";

await ensureSandbox(import.meta.filename);

const { folder, profile, pin } = await consumerScene();

const seal = "/etc/openbao/bao.hcl";
const settings = "/etc/bulksigner/bulksigner.env";
const pinFile = "/etc/knet-pins/amplia.tls.pin";
const theirs = "# by hand\nSigning__Queue=main\n";
const thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567";
const bao = "\n  bao: { type: openbao, user: ca_signer, key: seal }";
const bulk = `\n  bulk: { type: bulk-signer, user: ca_signer, thumbprint: "${thumbprint}" }`;
const tls = "\n  tls: { type: openssl-engine, user: ca_signer }";
const all = profile("all", `${bao}${bulk}${tls}`);

const rights = (file: string): string =>
  execFileSync("stat", ["-c", "%a %U:%G", file], { encoding: "utf8" }).trim();

interface Doctor {
  readonly checks: readonly {
    readonly id: string;
    readonly status: string;
    readonly text: string;
    readonly problems: readonly { readonly code: string; readonly where?: { readonly path: string } }[];
  }[];
}

/** What doctor says of consumers: `id status`, and the codes of what is wrong. */
async function doctor() {
  const { stdout } = await knetctl(["doctor", "--no-probe", "--json"]);
  const { checks } = JSON.parse(stdout) as Doctor;
  return checks
    .filter(({ id }) => id.startsWith("consumer"))
    .map(({ id, status, problems }) =>
      [`${id} ${status}`, ...problems.map(({ code, where }) => `${code} ${where?.path ?? ""}`)].join("; "),
    );
}

t.test("doctor: no consumer yet", async (t) => {
  t.same(await doctor(), ["consumer skipped"]);
});

t.test("apply: files with a PIN are the service's and nobody else's, whatever they were", async (t) => {
  mkdirSync("/etc/bulksigner");
  writeFileSync(settings, theirs, { mode: 0o644 });
  const { exitCode, document, consumers } = await run("apply", all);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(consumers, [
    { name: "bao", status: "skip" },
    { name: "bulk", status: "skip" },
    { name: "tls", status: "warn" },
  ]);
  t.same([seal, settings].map(rights), ["640 root:amplia", "640 root:amplia"]);
  t.match(readFileSync(seal, "utf8"), `  pin = ${JSON.stringify(pin)}\n`);
  const text = readFileSync(settings, "utf8");
  t.ok(text.startsWith(theirs));
  t.match(text, `Thumbprint=${thumbprint}\n`);
  t.match(text, /^BULK_SIGNER_PKCS11_PIN=/m);
});

t.test("doctor: each of them by its name, as it was written", async (t) => {
  t.same(await doctor(), ["consumer:bao ok", "consumer:bulk ok", "consumer:tls ok"]);
  const { stdout } = await knetctl(["doctor", "--no-probe"]);
  t.match(stdout, /^consumer:bulk +ok +bulk-signer, \/etc\/bulksigner\/bulksigner\.env$/m);
});

t.test("init --from-host: a profile with the same consumers, and no PIN", async (t) => {
  const found = `${folder}/found.yaml`;
  const { exitCode, stderr } = await knetctl(["init", "--from-host", "--out", found]);
  t.equal(exitCode, 0, stderr);
  const text = readFileSync(found, "utf8");
  t.notMatch(text, pin);
  t.match(text, /consumers:\n[^]*bao:[^]*type: openbao[^]*key: seal[^]*bulk:[^]*thumbprint:[^]*tls:/);
  t.match(await run("validate", found), { exitCode: 0, errors: [] });
  const rendered = await knetctl(["render", found, "--target", "openbao"]);
  t.equal(rendered.stdout, readFileSync(seal, "utf8").replace(JSON.stringify(pin), '"<PIN of ca_signer>"'));
});

t.test("doctor: what has become of them", async (t) => {
  const before = [seal, settings].map((file) => readFileSync(file, "utf8"));
  writeFileSync(seal, before[0]!.replace("ca_signer", "other"));
  chmodSync(settings, 0o644);
  chmodSync(pinFile, 0o000);
  t.same(await doctor(), [
    `consumer:bao warn; doctor-consumer-changed ${seal}`,
    `consumer:bulk fail; doctor-consumer-open ${settings}`,
    `consumer:tls fail; doctor-consumer-closed ${pinFile}`,
  ]);
  writeFileSync(seal, before[0]!.replace(/pin = .*\n/, 'pin = ""\n'));
  writeFileSync(settings, theirs);
  writeFileSync(pinFile, "");
  t.same(await doctor(), [
    `consumer:bao warn; doctor-consumer-changed ${seal}`,
    `consumer:bulk fail; doctor-consumer-gone ${settings}`,
    `consumer:tls fail; doctor-consumer-gone ${pinFile}; doctor-consumer-closed ${pinFile}`,
  ]);
  rmSync(seal);
  t.match(await doctor(), [`consumer:bao fail; doctor-consumer-gone ${seal}`]);
  t.equal((await run("apply", all)).exitCode, 0);
  t.same(
    [seal, settings].map((file) => readFileSync(file, "utf8")),
    before,
  );
  t.same(await doctor(), ["consumer:bao ok", "consumer:bulk ok", "consumer:tls ok"]);
});

t.test("doctor: a client that is not here, and a record that cannot be read", async (t) => {
  const openssl = execFileSync("sh", ["-c", "command -v openssl"], { encoding: "utf8" }).trim();
  execFileSync("mv", [openssl, `${openssl}.away`]);
  t.match(await doctor(), [/ok$/, /ok$/, "consumer:tls warn; doctor-consumer-clientless "]);
  execFileSync("mv", [`${openssl}.away`, openssl]);
  const record = "/var/lib/knetctl/consumers.json";
  const text = readFileSync(record);
  writeFileSync(record, "{}");
  t.same(await doctor(), [`consumer fail; consumer-receipt-invalid ${record}`]);
  writeFileSync(record, text);
});

t.test("report: what knetctl writes for them, with no PIN", async (t) => {
  const out = `${folder}/report.tar.gz`;
  t.equal((await knetctl(["report", "--out", out])).exitCode, 0);
  const text = execFileSync("tar", ["-xzOf", out, "consumers.json"], { encoding: "utf8" });
  const { consumers } = JSON.parse(text) as {
    readonly consumers: readonly { readonly name: string; readonly writes: string }[];
  };
  t.match(
    consumers.map(({ name, writes }) => `${name} ${writes}`),
    [/^bao [^]*pin = "<PIN of ca_signer>"/, /^bulk [^]*BULK_SIGNER_PKCS11_PIN=.*<PIN of ca_signer>/, /^tls /],
  );
  t.match(consumers[0], {
    service: { user: "amplia", group: "amplia", home: "/var/amplia", environment_names: [] },
  });
  t.notMatch(execFileSync("tar", ["-xzOf", out], { encoding: "utf8" }), pin);
});

t.test(
  "a variable of theirs that would override an entry's is refused, and nothing is changed",
  async (t) => {
    const before = readFileSync(settings, "utf8");
    writeFileSync(settings, `${before}BULK_SIGNER_PKCS11_PIN=other\n`);
    t.match(await run("apply", all), { exitCode: 1, errors: [{ code: "consumer-file-refused" }] });
    t.equal(readFileSync(settings, "utf8"), `${before}BULK_SIGNER_PKCS11_PIN=other\n`);
    writeFileSync(settings, before);
  },
);

t.test(
  "dropped from the profile they go, their file's rest stays; a rollback brings them back",
  async (t) => {
    const before = [seal, settings].map((file) => [readFileSync(file, "utf8"), rights(file)]);
    t.equal((await run("apply", profile("less", tls))).exitCode, 0);
    t.notOk(existsSync(seal));
    t.equal(readFileSync(settings, "utf8"), theirs);
    t.same(await doctor(), ["consumer:tls ok"]);
    t.equal((await knetctl(["rollback", "--yes"])).exitCode, 0);
    t.same(
      [seal, settings].map((file) => [readFileSync(file, "utf8"), rights(file)]),
      before,
    );
    t.match(await run("apply", all), { exitCode: 0, document: { changes: [] } });
  },
);

t.test("a rollback of the run that wrote them leaves what was there before", async (t) => {
  t.equal((await run("apply", profile("none", " {}"))).exitCode, 0);
  rmSync(settings);
  writeFileSync(settings, theirs, { mode: 0o644 });
  chmodSync(settings, 0o644);
  t.equal((await run("apply", all)).exitCode, 0);
  t.equal((await knetctl(["rollback", "--yes"])).exitCode, 0);
  t.same([readFileSync(settings, "utf8"), rights(settings)], [theirs, "644 root:root"]);
  t.same([seal, pinFile].map(existsSync), [false, false]);
  t.same(await doctor(), ["consumer skipped"]);
});
