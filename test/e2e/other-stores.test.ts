import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer as createPlain, type AddressInfo, type Server } from "node:net";
import { createServer as createTls } from "node:tls";
import t from "tap";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { makeCertificate } from "../../src/simulator/certificate.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

/** SoftHSM as another vendor's module, for every user of this machine, with one token. */
const module = ["/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib/aarch64-linux-gnu/softhsm"]
  .map((place) => `${place}/libsofthsm2.so`)
  .find((file) => existsSync(file))!;
const tokens = "/srv/other-tokens";
mkdirSync(tokens);
mkdirSync("/etc/softhsm", { recursive: true });
chmodSync("/etc/softhsm", 0o755);
writeFileSync("/etc/softhsm/softhsm2.conf", `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
chmodSync("/etc/softhsm/softhsm2.conf", 0o644);
const pin = "other-pin-47";
execFileSync(
  "softhsm2-util",
  ["--init-token", "--free", "--label", "eToken", "--so-pin", "12345678", "--pin", pin],
  { stdio: "pipe" },
);
execFileSync("chmod", ["-R", "a+rwX", tokens]);

async function listening(server: Server, host: string, port = 0): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

const vault = await listening(
  createTls(makeCertificate("vault"), (socket) => socket.on("error", () => undefined)),
  "127.0.0.1",
);
await listening(
  createPlain((socket) => socket.on("error", () => undefined)),
  "127.0.0.33",
  4433,
);
const [knet] = cluster.endpoints;

interface Stores {
  pin?: string;
  port?: number;
  dinamo?: string;
  vault?: number;
}

/** The profile with every type of key store. */
function withStores(
  name: string,
  { pin: given = pin, port = knet!.https.port, ...other }: Stores = {},
): string {
  const secret = (what: string, text: string): string => {
    writeFileSync(`${folder}/${name}-${what}.pin`, text, { mode: 0o600 });
    return `{ file: ${folder}/${name}-${what}.pin }`;
  };
  const file = `${folder}/${name}.yaml`;
  const text = readFileSync(profile, "utf8").replace(/^(amplia|key_stores|default_key_store):[^]*$/m, "");
  writeFileSync(
    file,
    `${text}
amplia: { version: "4.9.0" }
key_stores:
  Ours: { type: Pkcs11, user: ca_signer }
  SafeNet: { type: Pkcs11, module: ${module}, token_label: eToken, pin: ${secret("etoken", given)} }
  Direct:
    type: Kryptus
    host: ${knet!.https.ip}
    port: ${port}
    root_username: ca_signer
    root_password: ${secret("direct", "never used")}
  Dinamo:
    type: Dinamo
    address: ${other.dinamo ?? "127.0.0.33"}
    user: signer
    password: ${secret("dinamo", "never used")}
  Cloud:
    type: AzureKeyVault
    endpoint: https://localhost:${other.vault ?? vault}/
    app_id: an-application
    app_key: ${secret("cloud", "never used")}
`,
  );
  return file;
}

const right = withStores("right");

interface Seen {
  tokens: { label: string; serial?: string; checks: { id: string; status: string }[] }[];
  stores?: { name: string; type: string; status: string; detail: string }[];
}

async function run(verb: string, file: string) {
  const { exitCode, document } = await knetctlJson([verb, file]);
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  const smoke: Seen = document.smoke;
  const errors = document.problems.filter(({ severity }) => severity === "error");
  return { exitCode, errors, tokens: smoke.tokens, stores: smoke.stores ?? [] };
}

t.test(
  "apply proves every key store: tokens by a signature, servers by an answer and no login",
  async (t) => {
    const { exitCode, errors, tokens: tested, stores } = await run("apply", right);
    t.same([exitCode, errors], [0, []]);
    t.match(
      tested.map(({ label }) => label),
      ["ca_signer", "tsa_signer", "eToken"],
    );
    t.ok(tested[2]?.checks.some(({ id, status }) => id === "signature" && status === "pass"));
    t.match(stores, [
      { name: "Ours", type: "Pkcs11", status: "pass", detail: 'token "ca_signer"' },
      { name: "SafeNet", type: "Pkcs11", status: "pass", detail: 'token "eToken" signed' },
      {
        name: "Direct",
        type: "Kryptus",
        status: "pass",
        detail: /answers as a kNET does; no login was made$/,
      },
      { name: "Dinamo", type: "Dinamo", status: "pass", detail: /^127\.0\.0\.33:4433 answers; no login/ },
      {
        name: "Cloud",
        type: "AzureKeyVault",
        status: "pass",
        detail: /^localhost:\d+ answers, TLSv1\.3; no login/,
      },
    ]);
  },
);

t.test("verify tells which store does not answer any more, and people see all of them", async (t) => {
  t.equal((await run("verify", right)).exitCode, 0);
  const bad = withStores("bad", { port: knet!.ttlv.port, dinamo: "127.0.0.34", vault: 1 });
  const { exitCode, errors, stores } = await run("verify", bad);
  t.equal(exitCode, 69);
  t.match(errors, [
    { code: "key-store-unreachable", title: /"Direct"/, detail: /TTLV port/, hint: /HTTPS port/ },
    {
      code: "key-store-unreachable",
      title: /"Dinamo"/,
      detail: /^127\.0\.0\.34:4433: the connection is refused/,
    },
    { code: "key-store-unreachable", title: /"Cloud"/, detail: /^localhost:1: / },
  ]);
  t.same(
    stores.map(({ status }) => status),
    ["pass", "pass", "fail", "fail", "fail"],
  );
  const { stdout } = await knetctl(["verify", bad]);
  t.match(stdout, /\nkey store +type +status +detail\nOurs +Pkcs11 +pass +token "ca_signer"\n/);
});

t.test("a token of a user, chosen by its serial number: its PIN is compared, and not tried", async (t) => {
  const { tokens: tested } = await run("verify", right);
  const { serial } = tested[0]!;
  const logIn = cluster.directory.logIn.bind(cluster.directory);
  let logins = 0;
  cluster.directory.logIn = (name, password) => {
    logins += 1;
    return logIn(name, password);
  };
  const named = (name: string, its: string): string => {
    writeFileSync(`${folder}/${name}.pin`, its, { mode: 0o600 });
    const source = `{ file: ${folder}/${name}.pin }`;
    const store = `{ type: Pkcs11, module: libkNETPKCS11.so, token_serial: ${serial}, pin: ${source} }`;
    const file = `${folder}/${name}.yaml`;
    writeFileSync(file, readFileSync(right, "utf8").replace(/Ours: .*/, `Ours: ${store}`));
    return file;
  };
  const same = await run("verify", named("same", cluster.users[0]!.pin.reveal()));
  t.match(same.stores[0], { name: "Ours", status: "pass", detail: 'token "ca_signer"' });
  const other = await run("verify", named("other", "not-that-one"));
  t.match(other.errors, [{ code: "key-store-not-proven", title: /"Ours" has a different PIN/ }]);
  t.equal(logins, 4, "one for each user and command");
  cluster.directory.logIn = logIn;
});

t.test("key stores of one token, however they choose it: one login, and other PINs are seen", async (t) => {
  const { serial } = (await run("verify", right)).tokens[2]!;
  const several = (name: string, pins: Readonly<Record<string, string>>): string => {
    const file = `${folder}/${name}.yaml`;
    const stores = Object.entries(pins).map(([store, its]) => {
      writeFileSync(`${folder}/${name}-${store}.pin`, its, { mode: 0o600 });
      const choice = store.startsWith("Serial") ? `token_serial: ${serial}` : "token_label: eToken";
      const source = `{ file: ${folder}/${name}-${store}.pin }`;
      return `  ${store}: { type: Pkcs11, module: ${module}, ${choice}, pin: ${source} }\n`;
    });
    writeFileSync(file, readFileSync(right, "utf8").replace(/ {2}SafeNet: .*\n/, stores.join("")));
    return file;
  };
  const logins = (tested: Seen["tokens"]) =>
    tested.filter(
      ({ label, checks }) =>
        label === "eToken" && checks.some(({ id, status }) => id === "login" && status !== "skip"),
    ).length;

  const alike = await run("verify", several("alike", { LabelA: pin, LabelB: pin, SerialC: pin }));
  t.same([alike.errors, logins(alike.tokens)], [[], 1]);
  t.match(alike.stores.slice(1, 4), [
    { name: "LabelA", status: "pass" },
    { name: "LabelB", status: "pass", detail: 'as key store "LabelA"' },
    { name: "SerialC", status: "pass", detail: 'as key store "LabelA"' },
  ]);

  const unlike = await run(
    "verify",
    several("unlike", { SerialA: pin, LabelB: "other-1", SerialC: "other-2" }),
  );
  t.equal(logins(unlike.tokens), 1);
  t.match(unlike.errors, [
    { code: "key-store-not-proven", title: /"LabelB" has a different PIN .* of key store "SerialA"/ },
    { code: "key-store-not-proven", title: /"SerialC" has a different PIN .* of key store "SerialA"/ },
  ]);
  t.match(unlike.stores.slice(1, 4), [{ status: "pass" }, { status: "fail" }, { status: "fail" }]);

  const first = await run("verify", several("first", { LabelA: "wrong-first", SerialB: pin }));
  t.equal(logins(first.tokens), 1);
  t.match(first.errors, [
    { title: /"LabelA" failed at login/ },
    { code: "key-store-not-proven", title: /PIN of key store "SerialB" was not tried/ },
  ]);
});

t.test("a key store with the label of a user's token and another PIN fails", async (t) => {
  const file = `${folder}/labelled.yaml`;
  writeFileSync(`${folder}/labelled.pin`, "not-that-one", { mode: 0o600 });
  const source = `{ file: ${folder}/labelled.pin }`;
  const store = `{ type: Pkcs11, module: libkNETPKCS11.so, token_label: ca_signer, pin: ${source} }`;
  writeFileSync(file, readFileSync(right, "utf8").replace(/Ours: .*/, `Ours: ${store}`));
  t.match((await run("verify", file)).errors, [
    { code: "key-store-not-proven", title: /"Ours" has a different PIN for the token of "ca_signer"/ },
  ]);
});

t.test("a wrong PIN of another module is tried once, and keeps apply from changing anything", async (t) => {
  const before = readFileSync("/etc/amplia/appsettings.conf", "utf8");
  const { exitCode, errors } = await run("apply", withStores("wrong", { pin: "wrong-pin" }));
  t.equal(exitCode, 1);
  t.match(errors, [
    { code: "key-store-not-proven", title: /"SafeNet" failed at login with CKR_PIN_INCORRECT/ },
  ]);
  t.equal(readFileSync("/etc/amplia/appsettings.conf", "utf8"), before);
});

t.test("an apply that changes no key store only warns of one that has failed meanwhile", async (t) => {
  execFileSync("rm", ["-rf", tokens]);
  mkdirSync(tokens);
  const { exitCode, errors, stores } = await run("apply", right);
  t.same([exitCode, errors], [0, []]);
  t.match(stores[1], { name: "SafeNet", status: "fail" });
  t.not((await run("verify", right)).exitCode, 0);
});
