import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import t from "tap";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { asAmplia, consumerScene, run } from "../support/consumer-scene.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl } from "../support/knetctl.js";

await ensureSandbox(import.meta.filename);

const { profile, pin, logins, makeKey } = await consumerScene();

const module = "/etc/pkcs11/modules/knet.module";
const config = "/etc/ssl/tls.cnf";
const pinFile = "/etc/knet-pins/amplia.tls.pin";
const krill = "/etc/krill.conf";
const record = "/var/lib/knetctl/consumers.json";

const p11Kit = "\n  knet: { type: p11-kit, user: ca_signer }";
const engine = "\n  tls: { type: openssl-engine, user: ca_signer, key: rsa }";
const signer = "\n  rpki: { type: krill, user: ca_signer }";
const all = profile("all", `${p11Kit}${engine}${signer}`);
const none = profile("none", " {}");

const theirs = '# by hand\nadmin_token = "theirs"   # kept\n';

function rights(file: string): string {
  return execFileSync("stat", ["-c", "%a %U:%G", file], { encoding: "utf8" }).trim();
}

t.test("plan: every file, no PIN, and nothing done", async (t) => {
  await makeKey("rsa", "01");
  await makeKey("ec", "02", "EC:prime256v1");
  writeFileSync(krill, theirs, { mode: 0o644 });
  const { exitCode, document } = await run("plan", all);
  t.equal(exitCode, 2, JSON.stringify(document.problems));
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  const changes = document.changes.filter(({ step }) => step === "consumers");
  t.match(
    changes.map(({ kind, path }) => `${kind} ${path}`),
    [
      "create-folder /etc/knet-pins",
      "create-folder /etc/pkcs11",
      "create-folder /etc/pkcs11/modules",
      `write-file ${module}`,
      `write-settings ${pinFile}`,
      `write-file ${config}`,
      `write-settings ${krill}`,
      `write-file ${record}`,
    ],
  );
  t.match(changes[4], {
    what: "PIN file",
    mode: "0400",
    owner: "amplia",
    summary: [/: PIN of ca_signer <set>$/],
  });
  t.match(changes[6], {
    mode: "0640",
    owner: "root",
    group: "amplia",
    summary: ["consumer rpki: entry added"],
  });
  t.match(document.problems, [{ code: "profile-consumer-literal", severity: "warning" }]);
  t.notMatch(JSON.stringify(document), pin);
  t.notMatch(JSON.stringify(document), "theirs");
  t.notOk(existsSync(pinFile) || existsSync(config));
});

t.test("apply: proven in a stage by the clients, one login for each that needs one", async (t) => {
  logins();
  const { exitCode, document, consumers } = await run("apply", all);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  t.match(consumers, [
    { name: "knet", type: "p11-kit", status: "pass", detail: 'p11-kit and GnuTLS find token "ca_signer"' },
    { name: "tls", status: "pass", detail: /^openssl signed with key "rsa", and verified/ },
    { name: "rpki", type: "krill", status: "skip" },
  ]);
  t.equal(logins(), 4, "the smoke test of two users, and openssl's two");
  t.same([module, config, pinFile, "/etc/knet-pins", krill, record].map(rights), [
    "644 root:root",
    "644 root:root",
    "400 amplia:amplia",
    "755 root:root",
    "640 root:amplia",
    "600 root:root",
  ]);
  t.equal(readFileSync(pinFile, "utf8"), pin);
  t.ok(readFileSync(krill, "utf8").startsWith(`${theirs}\n# knetctl: begin rpki\n[[signers]]\n`));
  t.match(readFileSync(krill, "utf8"), `user_pin = ${JSON.stringify(pin)}\n`);
  t.same(
    readdirSync("/tmp").filter((name) => name.startsWith("knetctl-proof")),
    [],
  );
});

t.test("again: unchanged, and verify proves it on the host", async (t) => {
  t.match(await run("apply", all), { exitCode: 0, document: { changes: [] } });
  const { exitCode, consumers } = await run("verify", all);
  t.match([exitCode, consumers.map(({ status }) => status)], [0, ["pass", "pass", "skip"]]);
  const { stdout } = await knetctl(["verify", all]);
  t.match(stdout, /\nconsumer +type +status +detail\nknet +p11-kit +pass +/);
});

t.test("prove: by name, by type, from the profile or from what was written here", async (t) => {
  for (const args of [["tls"], ["openssl-engine"], ["tls", all]])
    t.match(await run("prove", ...args), { exitCode: 0, consumers: [{ name: "tls", status: "pass" }] });
  const { document } = await run("prove", "tls");
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  const ec = profile("ec", engine.replace("rsa", "ec"));
  t.match(await run("prove", "tls", ec), { exitCode: 0, consumers: [{ detail: /"ec"/ }] });
  t.match(await run("prove", "tsl"), {
    exitCode: 64,
    document: { problems: [{ hint: 'did you mean "tls"?' }] },
  });
});

t.test("a client that fails keeps apply from changing anything, and says what it said", async (t) => {
  const before = readFileSync(config, "utf8");
  const { exitCode, errors, consumers } = await run("apply", profile("gone", engine.replace("rsa", "gone")));
  t.equal(exitCode, 1);
  t.match(errors, [
    {
      code: "consumer-not-proven",
      title: 'consumer "tls" (openssl-engine) failed to read the public key',
      detail:
        /object=gone;type=private\?pin-source=file:\/etc\/knet-pins\/amplia\.tls\.pin[^]*it ended with 1/,
    },
  ]);
  t.match(consumers, [{ status: "fail" }]);
  t.equal(readFileSync(config, "utf8"), before);
});

t.test("a wrong PIN is sent once, by no client, and is not in what is said", async (t) => {
  const right = readFileSync(pinFile);
  writeFileSync(pinFile, "wrong-4711");
  logins();
  const { exitCode, errors } = await run("prove", "tls");
  t.same([exitCode, logins()], [1, 1]);
  t.match(errors, [{ code: "smoke-test-failed", title: /CKR_PIN_INCORRECT/ }]);
  t.notMatch(JSON.stringify(errors), "4711");
  t.match(await run("prove", "tls"), { exitCode: 1, errors: [{ code: "pin-refused-before" }] });
  t.equal(logins(), 0);
  const { consumers } = await run("verify", all);
  t.match(consumers[1], { name: "tls", status: "fail", detail: /does not have the profile's PIN/ });
  t.equal(logins(), 2, "the smoke test of two users, with the profile's PINs");
  writeFileSync(pinFile, right);
  // each later login would be compared with it, slowly
  rmSync("/var/lib/knetctl/refused-pins.json");
});

t.test("what somebody changed is drift, and apply puts it back", async (t) => {
  writeFileSync(config, "# nothing\n");
  writeFileSync(krill, readFileSync(krill, "utf8").replace("ca_signer", "other"));
  execFileSync("chmod", ["644", pinFile]);
  const { exitCode, document } = await run("verify", all, "--no-smoke-test");
  t.equal(exitCode, 2);
  t.match(
    document.changes.map(({ kind, path }) => `${kind} ${path}`),
    [`set-mode ${pinFile}`, `write-file ${config}`, `write-settings ${krill}`],
  );
  t.equal((await run("apply", all)).exitCode, 0);
  t.equal(rights(pinFile), "400 amplia:amplia");
});

t.test("a file that is not knetctl's is not touched", async (t) => {
  mkdirSync("/etc/ssl/own");
  writeFileSync("/etc/ssl/own/openssl.cnf", "# theirs\n");
  const file = profile("own", engine.replace("key: rsa", "key: rsa, file: /etc/ssl/own/openssl.cnf"));
  t.match(await run("plan", file), { exitCode: 1, errors: [{ code: "consumer-file-foreign" }] });
  const pins = profile("pins", engine.replace("key: rsa", "key: rsa, pin_file: /etc/ssl/own/openssl.cnf"));
  t.match(await run("plan", pins), { errors: [{ code: "consumer-file-foreign" }] });
  writeFileSync("/etc/krill-2.conf", "signers = []\n");
  const other = profile("other", signer.replace("}", ", file: /etc/krill-2.conf }"));
  t.match(await run("plan", other), {
    errors: [{ code: "consumer-file-refused", detail: /not valid TOML/ }],
  });
});

t.test("one that is no longer listed goes, and a rollback brings it back", async (t) => {
  const before = [module, config, pinFile, krill, record].map((file) => readFileSync(file, "utf8"));
  t.match(await run("apply", none), { exitCode: 0, consumers: [] });
  t.same([module, config, pinFile].map(existsSync), [false, false, false]);
  t.equal(readFileSync(krill, "utf8"), theirs);
  t.equal((await knetctl(["rollback", "--yes"])).exitCode, 0);
  t.same(
    [module, config, pinFile, krill, record].map((file) => readFileSync(file, "utf8")),
    before,
  );
  t.equal(rights(pinFile), "400 amplia:amplia");
  t.match(await asAmplia(["p11tool", "--list-token-urls"]), /token=ca_signer/);
});

t.test("no journal has the PIN, and what was kept of it is root's alone", async (t) => {
  const runs = "/var/lib/knetctl/runs";
  for (const one of readdirSync(runs)) {
    t.notMatch(readFileSync(`${runs}/${one}/journal.jsonl`, "utf8"), pin);
    t.equal(statSync(`${runs}/${one}`).mode & 0o077, 0);
  }
  t.equal(statSync("/var/lib/knetctl").mode & 0o077, 0);
});

t.test("render: what would be written, and the PIN only if it is asked for", async (t) => {
  const { stdout } = await knetctl(["render", all, "--target", "openssl-engine"]);
  t.equal(stdout, readFileSync(config, "utf8"));
  t.match((await knetctl(["render", all, "--target", "krill"])).stdout, 'user_pin = "<PIN of ca_signer>"');
  t.match((await knetctl(["render", all, "--target", "krill", "--show-secrets"])).stdout, pin);
  t.match(await run("render", none, "--target", "krill"), { errors: [{ code: "render-nothing" }] });
});

t.test("OpenSSL's provider signs where the distribution has it, and else nothing is changed", async (t) => {
  // Debian 13 has it, Debian 12 has not
  const has = existsSync("/usr/lib/x86_64-linux-gnu/ossl-modules/pkcs11.so");
  const { exitCode, consumers, errors } = await run(
    "apply",
    profile("provider", "\n  ssl: { type: openssl-provider, user: ca_signer, key: rsa }"),
  );
  if (has) t.match(consumers, [{ status: "pass", detail: /^openssl signed with key "rsa", and verified/ }]);
  else t.match(errors, [{ code: "consumer-not-proven", title: /failed to load the provider/ }]);
  t.equal(exitCode, has ? 0 : 1, JSON.stringify(errors));
  t.equal(existsSync("/etc/ssl/ssl.cnf"), has);
});

t.test("prove without a profile: the home and the variables that the profile gave the service", async (t) => {
  const file = profile("home", engine);
  const text = readFileSync(file, "utf8");
  const elsewhere = "home: /srv/amplia, environment: { OPENSSL_CONF: /etc/ssl/openssl.cnf }";
  writeFileSync(file, text.replace("home: /var/amplia", elsewhere));
  t.not(readFileSync(file, "utf8"), text);
  t.equal((await run("apply", file)).exitCode, 0);
  rmSync("/var/amplia/.config", { recursive: true });
  t.match(await run("prove", "tls"), { exitCode: 0, consumers: [{ status: "pass" }] });
  t.match(JSON.parse(readFileSync(record, "utf8")), {
    consumers: [
      {
        name: "tls",
        service: "amplia",
        runs: {
          group: "amplia",
          home: "/srv/amplia",
          environment: { OPENSSL_CONF: "/etc/ssl/openssl.cnf" },
        },
      },
    ],
  });
  t.match(await run("apply", file), { exitCode: 0, document: { changes: [] } });
});
