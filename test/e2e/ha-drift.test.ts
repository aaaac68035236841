import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import t from "tap";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { configFile, provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile: whole, cluster, folder } = await provisioning({ vhsms: 3 });
t.teardown(() => cluster.stop());
const [a, b, c] = cluster.endpoints.map(({ https: { ip, port } }) => ({
  ip,
  port,
  text: `${ip}:${port}`,
})) as [Endpoint, Endpoint, Endpoint];

interface Endpoint {
  readonly ip: string;
  readonly port: number;
  readonly text: string;
}

const settings = "/etc/amplia/appsettings.conf";
const otherPin = `${folder}/other.pin`;
writeFileSync(otherPin, "first-pin", { mode: 0o600 });
/**
 * The first two members, and two key stores: one takes its address from the connection, the other has nothing
 * to do with it, and no module to be proven with.
 */
const profile = `${folder}/drift.yaml`;
const stores = `key_stores:
  Direct: { type: Kryptus, connection: hsm_1, vco_username: vco, vco_password: { file: "${otherPin}" } }
  Token: { type: Pkcs11, module: libother.so, pin: { file: "${otherPin}" } }
`;
const profileOf = (...members: readonly Endpoint[]): string => {
  const lines = members.map(({ ip, port }) => `      - { ip: "${ip}", port: ${port} }\n`).join("");
  const text = readFileSync(whole, "utf8").replace(/endpoints:\n(?: +- .*\n)+/, `endpoints:\n${lines}`);
  return `${text}${stores}`;
};
writeFileSync(profile, profileOf(a, b));

const config = (): string => readFileSync(configFile, "utf8");
const list = (values: readonly string[]): string =>
  `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
const withVector = (...members: readonly Endpoint[]): string =>
  config()
    .replace(/"ip": [^\]]*\]/, `"ip": ${list(members.map(({ ip }) => ip))}`)
    .replace(/"port": [^\]]*\]/, `"port": ${list(members.map(({ port }) => String(port)))}`);

t.test("a host to start from", async (t) => {
  const { exitCode, document } = await knetctlJson(["apply", profile, "--no-smoke-test"]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(readFileSync(settings, "utf8"), /Host=127\.0\.0\.1/);
});

t.test(
  "a profile that does not know all members of the host would lose them: refused, with both lists " +
    "and what to do",
  async (t) => {
    const [good, own] = [config(), withVector(a, c)];
    writeFileSync(configFile, own);
    for (const args of [
      ["add", c.text],
      ["remove", b.text],
      ["promote", b.text],
    ] as const) {
      const [verb, endpoint] = args;
      const { exitCode, document } = await knetctlJson([
        "ha",
        verb,
        "hsm_1",
        endpoint,
        "--yes",
        "--profile",
        profile,
      ]);
      t.match(
        { exitCode, problems: document.problems },
        {
          exitCode: 1,
          problems: [{ code: "ha-config-differs", where: { path: configFile }, hint: /knetctl apply/ }],
        },
        verb,
      );
      t.ok(
        [a, b, c].every(({ text }) => document.problems[0]!.detail?.includes(text)),
        JSON.stringify(document.problems),
      );
    }
    t.strictSame([config(), readFileSync(profile, "utf8")], [own, profileOf(a, b)]);
    t.equal(
      (await knetctl(["ha", "set", "hsm_1", a.text, b.text, "--yes", "--profile", profile])).exitCode,
      0,
      "set names all of them",
    );
    t.equal(config(), good);
  },
);

t.test(
  "with --profile, endpoints that cannot be told are refused as without, and set repairs them",
  async (t) => {
    const good = config();
    writeFileSync(configFile, good.replace(/"port": [^\]]*\]/, '"port": "7"'));
    const refused = await knetctlJson(["ha", "promote", "hsm_1", b.text, "--yes", "--profile", profile]);
    t.match(refused, { exitCode: 1, document: { problems: [{ code: "ha-connection-ambiguous" }] } });
    t.equal(
      (await knetctl(["ha", "set", "hsm_1", a.text, b.text, "--yes", "--profile", profile])).exitCode,
      0,
    );
    t.strictSame(JSON.parse(config()), JSON.parse(good));
  },
);

t.test("only the key stores that take their address from the connection change", async (t) => {
  const drifted = readFileSync(settings, "utf8").replace(/(Module=)libother\.so/, "$1libmine.so");
  t.match(drifted, /libmine/);
  writeFileSync(settings, drifted);
  const { exitCode, document } = await knetctlJson([
    "ha",
    "promote",
    "hsm_1",
    b.text,
    "--yes",
    "--profile",
    profile,
  ]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.equal(
    readFileSync(settings, "utf8"),
    drifted.replace(/Host=127\.0\.0\.1\nPort=\d+/, `Host=${b.ip}\nPort=${b.port}`),
  );
  t.equal((await knetctl(["rollback"])).exitCode, 0);
  t.strictSame([readFileSync(settings, "utf8"), readFileSync(profile, "utf8")], [drifted, profileOf(a, b)]);
});

t.test(
  "what else lies below the home is left alone, whoever owns it; config.json and its folders are mended",
  async (t) => {
    execFileSync("sh", [
      "-c",
      "mkdir /var/amplia/.config/other && echo mine > /var/amplia/.config/other/own && chown -R " +
        "amplia:amplia /var/amplia/.config/other && chmod 0600 /var/amplia/.config/other/own",
    ]);
    symlinkSync("/nowhere", "/var/amplia/.config/link");
    chmodSync(configFile, 0o644);
    const before = lstatSync("/var/amplia/.config/other/own");
    const { exitCode, document } = await knetctlJson(["ha", "promote", "hsm_1", b.text, "--yes"]);
    t.equal(exitCode, 0, JSON.stringify(document.problems));
    const after = lstatSync("/var/amplia/.config/other/own");
    t.strictSame([after.uid, after.gid, after.mode], [before.uid, before.gid, before.mode]);
    t.equal((lstatSync(configFile).mode & 0o7777).toString(8), "640");
    t.equal((await knetctl(["ha", "promote", "hsm_1", a.text, "--yes"])).exitCode, 0);
  },
);

t.test("an endpoint that stands there twice goes twice", async (t) => {
  const good = config();
  writeFileSync(configFile, withVector(a, b, a));
  t.equal((await knetctl(["ha", "remove", "hsm_1", a.text, "--yes"])).exitCode, 0);
  t.match(JSON.parse(config()), { connections: { hsm_1: { ip: b.ip } } });
  writeFileSync(configFile, good);
});

t.test("without a PIN the members are reached, not proven, and it says so", async (t) => {
  const { exitCode, stdout } = await knetctl(["ha", "prove", "--json", "--profile", configFile]);
  t.equal(exitCode, 0, stdout);
  const document = JSON.parse(stdout) as {
    connections: readonly { members: readonly { tokens: readonly { result: string }[] }[] }[];
    problems: readonly { code: string; severity: string }[];
  };
  const results = document.connections.flatMap(({ members }) =>
    members.flatMap(({ tokens }) => tokens.map(({ result }) => result)),
  );
  t.strictSame(results, ["reached", "reached", "reached", "reached"]);
  t.strictSame(
    document.problems.map(({ code, severity }) => `${severity} ${code}`),
    ["warning profile-untrusted", "warning members-no-login", "warning members-no-login"],
  );
});
