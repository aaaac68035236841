import t from "tap";
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync, chmodSync } from "node:fs";
import { promisify } from "node:util";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { copyProgram, knetctl, knetctlJson, knetctlScript } from "../support/knetctl.js";
import { configFile, provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile: whole, cluster, folder } = await provisioning({ vhsms: 3 });
t.teardown(() => cluster.stop());
const [a, b, c] = cluster.endpoints.map(({ https }) => https) as [Endpoint, Endpoint, Endpoint];
const ttlv = cluster.endpoints[2]!.ttlv;
const dead: Endpoint = { ip: "127.0.0.99", port: 1 };

interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

const text = ({ ip, port }: Endpoint): string => `${ip}:${port}`;

/** The demo's profile with the first two members, comments, and a mode of its own. */
const profile = `${folder}/production.yaml`;
const profileOf = (...lines: readonly string[]): string =>
  readFileSync(whole, "utf8").replace(
    /endpoints:\n(?: +- .*\n)+/,
    `endpoints:   # by preference\n${lines.join("\n")}\n`,
  );
const line = ({ ip, port }: Endpoint, comment = ""): string =>
  `      - { ip: "${ip}", port: ${port} }${comment}`;
const [lineA, lineB] = [line(a, "   # Lisbon"), line(b, " # Porto")];
writeFileSync(profile, profileOf(lineA, lineB), { mode: 0o600 });
chmodSync(profile, 0o640);

/** As an administrator may have written it: number ports, a key nobody knows, another layout. */
const configOf = (ip: string, port: string): string => `{
    "users": { "ca_signer": { "connection": "hsm_1", "authentication_type": "password" },
               "tsa_signer": { "connection": "hsm_1", "authentication_type": "password" } },
    "x-site": { "ip": ["10.9.9.9"], "note": "kept" },
    "connections": {
        "hsm_1": { "retries": 3, "ip": ${ip}, "port": ${port}, "x": null }
    }
}`;
const configWith = (...members: readonly Endpoint[]): string => {
  const [ips, ports] = [members.map(({ ip }) => `"${ip}"`), members.map(({ port }) => String(port))];
  return members.length === 1
    ? configOf(ips.join(""), ports.join(""))
    : configOf(`[${ips.join(", ")}]`, `[${ports.join(", ")}]`);
};

const config = (): string => readFileSync(configFile, "utf8");
const runs = (): string =>
  execFileSync("sh", ["-c", "ls /var/lib/knetctl/runs | wc -l"], { encoding: "utf8" }).trim();

t.test("a host to start from", async (t) => {
  const { exitCode, document } = await knetctlJson(["apply", profile]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  writeFileSync(configFile, configWith(a, b));
});

t.test("list shows them, as a table and as a picture", async (t) => {
  t.match(await knetctl(["ha", "list"]), { exitCode: 0, stdout: /hsm_1 +1 +127\.0\.0\.1:/ });
  t.match(await knetctl(["ha", "list", "--diagram"]), { exitCode: 0, stdout: /└─ hsm_1/ });
  t.match(await knetctl(["ha", "list", "--diagram", "--mermaid"]), { exitCode: 64 });
});

t.test("--dry-run shows the lines that change, exit 2, and changes nothing", async (t) => {
  const before = runs();
  const { exitCode, stdout } = await knetctl([
    "ha",
    "add",
    "hsm_1",
    text(c),
    "--dry-run",
    "--profile",
    profile,
  ]);
  t.equal(exitCode, 2);
  const changed = (path: string): RegExp => new RegExp(`edit file ${path.replaceAll("/", "\\/")}`);
  t.match(stdout, changed(configFile));
  t.match(stdout, changed(profile));
  t.match(stdout, /\+ {6}- \{ ip: "127\.0\.0\.3"/);
  t.strictSame(
    [config(), readFileSync(profile, "utf8"), runs()],
    [configWith(a, b), profileOf(lineA, lineB), before],
  );
});

t.test("without a terminal it needs --yes", async (t) => {
  const { exitCode, document } = await knetctlJson(["ha", "add", "hsm_1", text(c)]);
  t.match(
    { exitCode, document },
    {
      exitCode: 64,
      document: { problems: [{ code: "ha-not-confirmed", title: /^with --json nobody/, hint: /--yes/ }] },
    },
  );
  t.equal(config(), configWith(a, b));
});

t.test(
  "add with the profile: both files, their lines alone, proven with the profile's PINs; history " +
    "names the command",
  async (t) => {
    const { exitCode, document } = await knetctlJson([
      "ha",
      "add",
      "hsm_1",
      text(c),
      "--before",
      text(b),
      "--profile",
      profile,
      "--yes",
    ]);
    t.equal(exitCode, 0, JSON.stringify(document.problems));
    t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
    t.equal(document.outcome, "applied");
    t.same(
      document.changes.map(({ kind, path }) => [kind, path]),
      [
        ["write-file", configFile],
        ["write-file", profile],
      ],
    );
    t.same(
      document.smoke.tokens.map(({ label }) => label),
      ["ca_signer", "tsa_signer"],
    );
    t.equal(config(), configWith(a, c, b));
    t.equal(readFileSync(profile, "utf8"), profileOf(lineA, line(c), lineB));
    t.equal((statSync(profile).mode & 0o7777).toString(8), "640");
    const { stdout } = await knetctl(["history"]);
    t.match(stdout, /ha add hsm_1/);
    const again = await knetctlJson(["plan", profile]);
    t.same(again.document.changes, [], "nothing is left for apply");
  },
);

t.test("rollback takes both back; a second edit that changes nothing says so, and asks nobody", async (t) => {
  t.equal((await knetctl(["rollback"])).exitCode, 0);
  t.strictSame([config(), readFileSync(profile, "utf8")], [configWith(a, b), profileOf(lineA, lineB)]);
  const { exitCode, stdout } = await knetctl(["ha", "set", "hsm_1", text(a), text(b), "--yes"]);
  t.match({ exitCode, stdout }, { exitCode: 0, stdout: /nothing to change/ });
});

t.test(
  "promote and remove without a profile: nothing but config.json, down to scalars; what can be " +
    "proven without a PIN is, and it says so",
  async (t) => {
    const promoted = await knetctl(["ha", "promote", "hsm_1", text(b), "--yes"]);
    t.equal(promoted.exitCode, 0, promoted.stderr);
    t.match(promoted.stderr, /✓ PKCS #11 smoke test[^]*no login was proven: --profile FILE/);
    t.equal(config(), configWith(b, a));
    const removed = await knetctl(["ha", "remove", "hsm_1", text(a), "--yes", "--quiet"]);
    t.equal(removed.exitCode, 0, removed.stderr);
    t.equal(config(), configWith(b));
    t.equal((await knetctl(["ha", "add", "hsm_1", text(a), "--first", "--yes"])).exitCode, 0);
    t.equal(config(), configWith(a, b));
    t.equal(readFileSync(profile, "utf8"), profileOf(lineA, lineB));
  },
);

t.test("a new member that is down, or is the TTLV port, is refused before anything is written", async (t) => {
  const before = runs();
  for (const [member, code] of [
    [dead, "endpoint-refused"],
    [ttlv, "endpoint-ttlv"],
  ] as const) {
    const { exitCode, document } = await knetctlJson([
      "ha",
      "add",
      "hsm_1",
      text(member),
      "--yes",
      "--profile",
      profile,
    ]);
    t.equal(exitCode, 69);
    t.same(
      document.problems.map((problem) => problem.code),
      [code, "ha-member-refused"],
    );
    t.match(document.problems[1]?.hint, /--no-probe/);
  }
  t.strictSame([config(), runs()], [configWith(a, b), before]);
});

t.test(
  "promoting a dead member, or leaving dead ones alone in the vector, is refused before anything is written",
  async (t) => {
    writeFileSync(configFile, configWith(a, dead));
    const before = runs();
    for (const args of [
      ["promote", "hsm_1", text(dead)],
      ["remove", "hsm_1", text(a)],
      ["set", "hsm_1", text(dead), text(a)],
    ]) {
      const { exitCode, document } = await knetctlJson(["ha", ...args, "--yes"]);
      t.equal(exitCode, 69, args.join(" "));
      t.same(
        document.problems.map(({ code, severity }) => `${severity} ${code}`),
        ["error endpoint-refused", "error ha-member-refused"],
        args.join(" "),
      );
      t.match(document.problems[1], { detail: text(dead), hint: /--no-probe/ });
    }
    t.strictSame([config(), runs()], [configWith(a, dead), before]);
  },
);

t.test(
  "a dead member that stays behind others, or moves up when another goes, is told and stops nothing",
  async (t) => {
    writeFileSync(configFile, configWith(a, dead, b));
    const { exitCode, document } = await knetctlJson(["ha", "remove", "hsm_1", text(a), "--yes"]);
    t.equal(exitCode, 0, JSON.stringify(document.problems));
    t.match(document.problems, [
      { code: "endpoint-refused", severity: "warning", where: { path: text(dead) } },
    ]);
    t.equal(config(), configWith(dead, b));
    writeFileSync(configFile, configWith(a, b));
  },
);

t.test(
  "with a vector that fails the proof nothing is changed: config.json and the profile stay as they are, " +
    "byte for byte",
  async (t) => {
    const { exitCode, document } = await knetctlJson([
      "ha",
      "set",
      "hsm_1",
      text(dead),
      "--no-probe",
      "--yes",
      "--profile",
      profile,
    ]);
    t.match(document, { outcome: "failed", run: null }, JSON.stringify(document.problems));
    t.not(exitCode, 0);
    t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
    t.strictSame([config(), readFileSync(profile, "utf8")], [configWith(a, b), profileOf(lineA, lineB)]);
    t.equal((statSync(profile).mode & 0o7777).toString(8), "640");
  },
);

t.test("a profile that lies where others can write is refused, with the reason", async (t) => {
  execFileSync("sh", ["-c", 'mkdir -m 0777 /srv/open && cp "$1" /srv/open/p.yaml', "sh", profile]);
  const { exitCode, document } = await knetctlJson([
    "ha",
    "add",
    "hsm_1",
    text(c),
    "--yes",
    "--profile",
    "/srv/open/p.yaml",
  ]);
  t.match(
    { exitCode, problems: document.problems },
    {
      exitCode: 1,
      problems: [{ code: "profile-untrusted", detail: /\/srv\/open, a folder above it, has mode 0777/ }],
    },
  );
  t.match(await knetctlJson(["ha", "add", "hsm_1", text(c), "--dry-run", "--profile", "/srv/open/p.yaml"]), {
    exitCode: 1,
    document: { problems: [{ code: "ha-profile-unsafe", detail: /others can write/ }] },
  });
  t.equal(config(), configWith(a, b));
});

t.test("set repairs a vector whose endpoints cannot be told; the other verbs refuse it", async (t) => {
  writeFileSync(configFile, configOf(`["${a.ip}"]`, "7"));
  const refused = await knetctlJson(["ha", "add", "hsm_1", text(c), "--yes"]);
  t.match(refused, { exitCode: 1, document: { problems: [{ code: "ha-connection-ambiguous" }] } });
  const repaired = await knetctl(["ha", "set", "hsm_1", text(a), text(b), "--yes"]);
  t.equal(repaired.exitCode, 0, repaired.stderr);
  t.equal(config(), configOf(`["${a.ip}", "${b.ip}"]`, `[${a.port}, ${b.port}]`));
});

const unfriendly: Readonly<
  Record<string, readonly [args: readonly string[], exitCode: number, code: string, title?: RegExp]>
> = {
  "a misspelt connection": [["add", "hsm1", text(c)], 64, "ha-connection-unknown"],
  "no port": [["add", "hsm_1", "10.0.0.1"], 64, "ha-endpoint-invalid"],
  "an IPv6 address without brackets": [["add", "hsm_1", "2001:db8::7"], 64, "ha-endpoint-invalid"],
  "a port out of range": [["add", "hsm_1", "10.0.0.1:65536"], 64, "ha-endpoint-invalid"],
  "an address that is none": [["add", "hsm_1", "10.0.0.256:1"], 64, "ha-endpoint-invalid"],
  "one that is there": [["add", "hsm_1", text(a)], 64, "ha-endpoint-duplicate"],
  "one that is named twice": [["set", "hsm_1", text(a), text(a)], 64, "ha-endpoint-duplicate"],
  "the last ones": [["remove", "hsm_1", text(a), text(b)], 64, "ha-last-endpoint"],
  "one that is not there": [["remove", "hsm_1", text(c)], 64, "ha-endpoint-unknown"],
  "promoting one that is not there": [["promote", "hsm_1", text(c)], 64, "ha-endpoint-unknown"],
  "before one that is not there": [
    ["add", "hsm_1", text(c), "--before", text(dead)],
    64,
    "ha-endpoint-unknown",
  ],
  "two places": [["add", "hsm_1", text(c), "--before", text(a), "--first"], 64, "usage-invalid"],
  "no endpoint": [["add", "hsm_1"], 64, "usage-invalid", /^the endpoints are missing/],
  "a unit that is none": [["add", "hsm_1", text(c), "--unit", "a b"], 64, "usage-invalid"],
  "a profile from standard input": [["add", "hsm_1", text(c), "--profile", "-"], 64, "usage-invalid"],
  "a profile that is not there": [
    ["add", "hsm_1", text(c), "--profile", "/nowhere.yaml"],
    65,
    "profile-missing",
  ],
  "a service user that is not there": [
    ["add", "hsm_1", text(c), "--user", "nobody-of-that-name"],
    1,
    "account-missing",
  ],
};

for (const [what, [args, exitCode, code, title = /./]] of Object.entries(unfriendly)) {
  t.test(`refused: ${what}`, async (t) => {
    const before = config();
    const ran = await knetctlJson(["ha", ...args, "--yes"]);
    t.match(
      { exitCode: ran.exitCode, problems: ran.document.problems },
      { exitCode, problems: [{ code, title }] },
    );
    t.ok(
      ran.document.problems.every(({ hint }) => hint !== undefined),
      JSON.stringify(ran.document.problems),
    );
    t.equal(config(), before);
  });
}

t.test("on a terminal it asks; anything but yes leaves the host as it is", async (t) => {
  // the simulator answers from this process, which must not block
  const asked = async (answer: string): Promise<string> => {
    const command = [process.execPath, knetctlScript, "ha", "promote", "hsm_1", text(b)].join(" ");
    const running = promisify(execFile)("script", ["-qec", `${command}; echo ended $?`, "/dev/null"], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TERM: "xterm" },
    });
    running.child.stdin?.end(`${answer}\n`);
    return (await running).stdout;
  };
  const before = config();
  t.match(await asked("n"), /apply this\? \[y\/N\][^]*the edit was not made\r?\nended 2/);
  t.equal(config(), before);
  t.match(await asked("y"), /apply this\? \[y\/N\][^]*applied: 1 change/);
  t.not(config(), before);
});

t.test("without root it says how, and --dry-run goes as far as it can read", async (t) => {
  const program = copyProgram("/srv/knetctl");
  const { exitCode, document } = await knetctlJson(["ha", "add", "hsm_1", text(c), "--yes"], {
    uid: 65534,
    program,
  });
  t.match(
    { exitCode, problems: document.problems },
    { exitCode: 77, problems: [{ code: "apply-needs-root", hint: /--dry-run/ }] },
  );
  const dry = await knetctlJson(["ha", "add", "hsm_1", text(c), "--dry-run"], { uid: 65534, program });
  t.match(
    { exitCode: dry.exitCode, problems: dry.document.problems },
    { exitCode: 77, problems: [{ code: "host-not-permitted" }] },
  );
});
