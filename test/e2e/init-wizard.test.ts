import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import t, { type Test } from "tap";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { configFile, provisioning } from "../support/provisioning.js";
import { keys, onTerminal, type Terminal } from "../support/terminal.js";

await ensureSandbox(import.meta.filename);

const { folder, cluster, archive } = await provisioning();
t.teardown(() => cluster.stop());

const [first, second] = cluster.endpoints.map(({ https: { ip, port } }) => `${ip}:${port}`) as [
  string,
  string,
];
const pin = cluster.users.find(({ name }) => name === "ca_signer")?.pin.reveal() ?? "";
const pinFile = "/etc/knetctl/ca_signer.pin";
const profile = `${folder}/made.yaml`;

/** Answers one question after the other: what is shown, and the keys that are typed then. */
async function answer(
  terminal: Terminal,
  ...dialogue: readonly (readonly [string, string])[]
): Promise<void> {
  for (const [shown, typed] of dialogue) {
    await terminal.shows(shown);
    terminal.type(typed);
  }
}

const { enter, escape, up, down, f1, clearLine, interrupt } = keys;

t.test("from questions to a working configuration: written, applied, proven", async (t) => {
  const terminal = onTerminal(["init"], folder);
  await answer(
    terminal,
    ["The vendor's archive:", "?"],
    ["runs its install.sh in a", ""],
    ["The vendor's archive:", `${down}${enter}`],
    ["or nothing", `none.tar${enter}`],
    ["there is no such file", `${clearLine}${archive.path}${enter}`],
    [`SHA-256 ${archive.sha256}`, ""],
    ["Pin this SHA-256", enter],
    ["address and HTTPS port", `10.1.2.3${enter}`],
    ["is not an endpoint", `${clearLine}127.0.0.1:1${enter}`],
    ["the connection is refused", ""],
    ["What now?", enter],
    ["address and HTTPS port", `${first}${enter}`],
    ["answers as a VHSM does", ""],
    ["Pin the certificate", f1],
    ["has no place for it", ""],
    ["Pin the certificate", enter],
    ["Another member", `${first}${enter}`],
    ["named twice", `${clearLine}${second}${enter}`],
    ["Pin the certificate", `${down}${enter}`],
    ["Another member", enter],
    ["A name for this connection", enter],
    ["The VHSM's user", `tsa_signer${enter}`],
    ["Where should the PIN of tsa_signer", escape],
    ["The VHSM's user", `ca_signer${enter}`],
    ["Where should the PIN of ca_signer", enter],
    ["PIN of ca_signer:", `${pin}${enter}`],
    ["The same again", `other${enter}`],
    ["not the same", `${clearLine}${pin}${enter}`],
    ["Another user", enter],
    ["account that runs", enter],
    ["There is no account amplia", enter],
    ["systemd unit", enter],
    ["Which program uses", enter],
    ["key store of ca_signer", enter],
    ["file of Amplia's settings", enter],
    ["where no other is asked for", enter],
    ["Amplia's version", `4.8.0${enter}`],
    ["Another program", enter],
    ["The profile's file", `made.yaml${enter}`],
  );
  await terminal.shows("and the PIN?");
  t.notOk(existsSync(profile), "nothing is written before the last question");
  t.notOk(existsSync(pinFile));
  terminal.type(`${down}${enter}`);
  await answer(terminal, [`wrote ${pinFile}`, ""], ["[y/N]", `y${enter}`]);
  t.equal(await terminal.exitCode, 0, terminal.shown());
  t.notMatch(terminal.shown(), new RegExp(pin), "the PIN is not shown");
  t.equal(statSync(pinFile).mode & 0o777, 0o600);
  t.equal(statSync("/etc/knetctl").mode & 0o777, 0o700);
  t.equal(statSync(profile).mode & 0o777, 0o600);
  t.equal(readFileSync(pinFile, "utf8"), `${pin}\n`);
  const text = readFileSync(profile, "utf8");
  t.match(text, `sha256: ${archive.sha256}`);
  t.match(text, /fingerprint: [0-9a-f]{64}/);
  t.notMatch(text, pin);
  t.match(JSON.parse(readFileSync(configFile, "utf8")), { users: { ca_signer: { connection: "hsm_1" } } });
  t.equal((await knetctl(["verify", profile])).exitCode, 0, "and it is proven once more");
});

t.test("what the host has is taken over, and the PIN that is there is kept", async (t) => {
  const terminal = onTerminal(["init", "--out", "taken.yaml", "--archive", archive.path], folder);
  await answer(
    terminal,
    ["Pin this SHA-256", enter],
    ["Take over its connections", enter],
    ["Where should the PIN of ca_signer", enter],
    ["Another program", enter],
    // the choices do not go round: this is the first, and rehearses
    ["Write /root", `${up}${up}${enter}`],
  );
  t.equal(await terminal.exitCode, 0, terminal.shown());
  t.match(readFileSync(`${folder}/taken.yaml`, "utf8"), /pin: \{ file: \/etc\/knetctl\/ca_signer\.pin \}/);
  t.equal(readFileSync(pinFile, "utf8"), `${pin}\n`);
  t.equal((await knetctl(["plan", `${folder}/taken.yaml`])).exitCode, 0, "there is nothing to do");
});

t.test("other programs are chosen, and their questions come from what is known of them", async (t) => {
  const given = ["--archive", archive.path, "--no-pin-archive", "--take-over", "--out", "consumers.yaml"];
  const terminal = onTerminal(["init", ...given], folder);
  await answer(
    terminal,
    ["Where should the PIN of ca_signer", enter],
    ["Another program", `open${enter}`],
    ["A name for it (OpenSSL configuration for pkcs11-provider)", `a b${enter}`],
    ["name of the consumer is not valid", `${clearLine}tls${enter}`],
    ["The key of tls, or nothing", f1],
    ["The label of the key on the token", ""],
    ["The key of tls, or nothing", `tls_2026${enter}`],
    ["library that tls loads", enter],
    ["The file of tls", escape],
    ["library that tls loads", enter],
    ["The file of tls", enter],
    ["file with the PIN that knetctl makes for tls", enter],
    ["Another program", `p11${enter}`],
    ["A name for it (p11-kit module file)", enter],
    ["library that p11-kit loads", enter],
    ["The file of p11-kit", enter],
    ["Another program", enter],
    ["Write /root", `${down}${down}${enter}`],
  );
  t.equal(await terminal.exitCode, 0, terminal.shown());
  t.match(
    readFileSync(`${folder}/consumers.yaml`, "utf8"),
    `consumers:
  tls: { type: openssl-provider, user: ca_signer, key: tls_2026 }
  p11-kit: { type: p11-kit, user: ca_signer }
`,
  );
  t.equal((await knetctl(["validate", `${folder}/consumers.yaml`])).exitCode, 0);
});

t.test("a PIN becomes a credential of systemd, never in the place of another", async (t) => {
  const credential = "/etc/credstore.encrypted/ca_signer";
  // a machine that has never booted may lack what the host's key is made with
  execFileSync("systemd-machine-id-setup", { stdio: "ignore" });
  const encrypting = async (out: string): Promise<Terminal> => {
    const given = ["--archive", archive.path, "--no-pin-archive", "--take-over", "--out", out];
    const terminal = onTerminal(["init", ...given], folder);
    await answer(
      terminal,
      ["Where should the PIN of ca_signer", `${down}${down}${enter}`],
      ["PIN of ca_signer:", `${pin}${enter}`],
      ["The same again", `${pin}${enter}`],
      ["Another program", enter],
      ["and the PIN?", enter],
    );
    await terminal.exitCode;
    return terminal;
  };
  const first = await encrypting("credential.yaml");
  t.equal(await first.exitCode, 0, first.shown());
  t.match(readFileSync(`${folder}/credential.yaml`, "utf8"), /pin: \{ credential: ca_signer \}/);
  const before = statSync(credential);
  t.equal(before.mode & 0o777, 0o600);
  t.equal(execFileSync("systemd-creds", ["decrypt", credential, "-"], { encoding: "utf8" }), pin);
  const second = await encrypting("again.yaml");
  t.match({ exitCode: await second.exitCode, shown: second.shown() }, { exitCode: 73, shown: /already/ });
  t.notOk(existsSync(`${folder}/again.yaml`), "and the profile is taken back");
  t.equal(statSync(credential).ino, before.ino);
});

t.test("Ctrl-C, and leaving at the end, write nothing", async (t) => {
  await leaves(t, [["The vendor's archive:", interrupt]], 130);
  await leaves(
    t,
    [
      ["The vendor's archive:", `${down}${down}${enter}`],
      ["Take over its connections", `${down}${enter}`],
      ["address and HTTPS port", interrupt],
    ],
    130,
  );
});

async function leaves(
  t: Test,
  dialogue: readonly (readonly [string, string])[],
  exitCode: number,
): Promise<void> {
  const before = readdirSync(folder);
  const terminal = onTerminal(["init"], folder);
  await answer(terminal, ...dialogue);
  t.match(
    { exitCode: await terminal.exitCode, shown: terminal.shown() },
    { exitCode, shown: /nothing was written/ },
  );
  t.strictSame(readdirSync(folder), before);
}

t.test("without a terminal options answer, and those that are missing are named", async (t) => {
  const missing = await knetctl(["init"], { cwd: folder });
  t.equal(missing.exitCode, 64, missing.stderr);
  t.match(missing.stderr, /missing: --endpoint, --hsm-user/);
  const given = ["--endpoint", first, "--endpoint", second, "--hsm-user", "ca_signer", "--no-probe"];
  const { exitCode, document } = await knetctlJson(["init", ...given], { cwd: folder });
  t.equal(exitCode, 0);
  t.match(document, {
    profile: /ca_signer: \{ connection: hsm_1, pin: \{ file: \/etc\/knetctl\/ca_signer.pin \} \}/,
  });
  const wrong = await knetctl(["init", ...given, "--pin", "123456"], { cwd: folder });
  t.equal(wrong.exitCode, 64);
  t.match(wrong.stderr, /--pin: file:PATH, credential:NAME/);
  t.notMatch(wrong.stderr, "123456");
  const bad = await knetctl(["init", "--endpoint", "10.1.2.3", "--hsm-user", "a"], { cwd: folder });
  t.match(
    { exitCode: bad.exitCode, stderr: bad.stderr },
    { exitCode: 64, stderr: /--endpoint: .*not an endpoint/ },
  );
  const open = [...given, "--hsm-user", "tsa_signer", "--consumer", "openssl-provider:tls"];
  const unsaid = await knetctl(["init", ...open], { cwd: folder });
  t.equal(unsaid.exitCode, 64);
  t.match(unsaid.stderr, "missing: --consumer-set tls.user=VALUE");
  const said = await knetctlJson(["init", ...open, "--consumer-set", "user=tsa_signer"], { cwd: folder });
  t.match(said.document, { profile: /tls: \{ type: openssl-provider, user: tsa_signer \}/ });
  rmSync(`${folder}/there.yaml`, { force: true });
  mkdirSync(`${folder}/there.yaml`);
  const there = await knetctl(["init", ...given, "--out", "there.yaml"], { cwd: folder });
  t.match({ exitCode: there.exitCode, stderr: there.stderr }, { exitCode: 73, stderr: /already a file/ });
});

t.test("completion offers what the host has, and the types of consumers", async (t) => {
  const offered = async (...line: readonly string[]): Promise<readonly string[]> =>
    (await knetctl(["--complete", "init", ...line], { cwd: folder })).stdout.split("\n");
  writeFileSync("/etc/systemd/system/signer.service", "[Service]\nUser=signer\nExecStart=/bin/true\n");
  t.match(await offered("--user", "a"), ["amplia"]);
  t.match(await offered("--user", "s"), ["signer"]);
  t.match(await offered("--unit", "s"), ["signer.service"]);
  t.notMatch(await offered("--user", "amplia", "--unit", "s"), ["signer.service"]);
  t.match(await offered("--consumer", "openssl-p"), ["openssl-provider"]);
});
