import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { test, type Test } from "tap";
import { probe, type ProbeArguments } from "../../../../src/commands/ha/probe/probe.js";
import { report } from "../../../../src/generated/validate-report.js";
import { path } from "../../../../src/host/path.js";
import { cluster, openFolder } from "../../../simulator/rig.js";
import { knetctl, knetctlScript } from "../../../support/knetctl.js";
import { MemoryHost } from "../../../support/memory-host.js";
import { recordedContext } from "../../../support/recorded-context.js";

const home = path("/var/amplia");
const file = "/var/amplia/.config/kryptus/knet/pkcs11/config.json";
const amplia = { user: "amplia", uid: 61_234, gid: 61_234, home };

function run(
  args: Partial<ProbeArguments>,
  {
    config,
    json = false,
    folder = "/",
    signal,
  }: { config?: string; json?: boolean; folder?: string; signal?: AbortSignal } = {},
) {
  const recorded = recordedContext({ workingFolder: path(folder), json });
  const host = new MemoryHost({ users: [amplia], files: config === undefined ? {} : { [file]: config } });
  const context = { ...recorded.context, host: () => Promise.resolve(host), ...(signal && { signal }) };
  return {
    recorded,
    exitCode: probe(
      { connections: [], user: "amplia", timeout: 2, watch: false, interval: 1, ...args },
      context,
    ),
  };
}

async function members(t: Test) {
  const hsm = await cluster(t);
  const [first, second] = hsm.endpoints.map(({ https }) => https);
  return { hsm, first: first!, second: second! };
}

test(
  "the endpoints of the service's own config.json, scalars and vectors, as a table and as a document " +
    "of the schema",
  async (t) => {
    const { hsm, first, second } = await members(t);
    const config = JSON.stringify({
      connections: {
        one: first,
        pair: { ip: [first.ip, second.ip], port: [String(first.port), String(second.port)] },
      },
      users: {},
    });
    const { recorded, exitCode } = run({}, { config });
    t.equal(await exitCode, 0);
    t.match(
      recorded.results[0],
      new RegExp(
        "^connection +endpoint +result[^]*\none +127\\.0\\.0\\.1:\\d+ +ok" +
          "[^]*\npair [^]*\npair .*127\\.0\\.0\\.2.*KRYPTUS",
      ),
    );
    t.match(recorded.results[0], /SHA-256[^]*CN=vhsm-2\.knet\.simulated/);
    t.strictSame(recorded.problems, []);
    t.equal(recorded.results.at(-1), "3 of 3 endpoints can be used");

    await hsm.vhsms[1]!.kill();
    const again = run({ connections: ["pair"] }, { config, json: true });
    t.equal(await again.exitCode, 69);
    const document = JSON.parse(JSON.stringify(again.recorded.documents[0])) as unknown;
    t.match(document, {
      endpoints: [
        { connection: "pair", ip: "127.0.0.1", ok: true, problems: [] },
        { ip: "127.0.0.2", ok: false, problems: [{ code: "endpoint-refused" }] },
      ],
    });
    t.ok(report(document), JSON.stringify(report.errors));
    const told = run({ connections: ["pair"] }, { config });
    await told.exitCode;
    t.equal(told.recorded.results.at(-1), "1 of 2 endpoints can be used");
  },
);

test("a profile's fingerprints are compared, in any writing", async (t) => {
  const { first } = await members(t);
  const folder = openFolder(t);
  const write = (fingerprint: string): void => {
    writeFileSync(
      join(folder, "p.yaml"),
      `connections: { a: { endpoints: [{ ip: ${first.ip}, port: ${first.port}, fingerprint: ` +
        `"${fingerprint}" }] } }\nusers: { u: { connection: a, pin: { prompt: true } } }\n`,
    );
  };
  write("0".repeat(64));
  const wrong = run({ profile: "p.yaml" }, { folder, json: true });
  t.equal(await wrong.exitCode, 69);
  const [
    {
      endpoints: [{ certificate, problems }],
    },
  ] = JSON.parse(JSON.stringify(wrong.recorded.documents)) as [
    { endpoints: [{ certificate: { fingerprint: string }; problems: { code: string }[] }] },
  ];
  t.match(problems, [{ code: "endpoint-fingerprint" }]);
  const typed = run({ profile: "p.yaml", connections: [`${first.ip}:${first.port}`] }, { folder });
  t.equal(await typed.exitCode, 69, "an endpoint that is typed is compared too");
  t.match(typed.recorded.problems, [{ code: "endpoint-fingerprint" }]);
  write(certificate.fingerprint.toUpperCase().replace(/..(?=.)/g, "$&: "));
  t.equal(await run({ profile: "p.yaml" }, { folder }).exitCode, 0);
  const right = run({ profile: "p.yaml", connections: [`[::ffff:${first.ip}]:${first.port}`] }, { folder });
  t.equal(await right.exitCode, 0, "in another writing");
  t.strictSame(
    right.recorded.problems.map(({ code }) => code),
    [],
  );
  const stranger = run({ profile: "p.yaml", connections: ["127.0.0.1:1"] }, { folder });
  t.equal(await stranger.exitCode, 69);
  t.match(stranger.recorded.problems, [
    { code: "ha-endpoint-unknown", severity: "warning" },
    { code: "endpoint-refused" },
  ]);
  await t.rejects(run({ profile: "missing.yaml", connections: ["127.0.0.1:1"] }, { folder }).exitCode, {
    message: "profile does not exist",
  });
});

test("endpoints on the command line need no configuration", async (t) => {
  const { first } = await members(t);
  const { recorded, exitCode } = run({ connections: [`${first.ip}:${first.port}`, "127.0.0.1:1"] });
  t.equal(await exitCode, 69);
  t.match(recorded.problems, [
    { code: "endpoint-refused", where: { path: "127.0.0.1:1" }, hint: /HTTPS port/ },
  ]);
});

test("connections whose endpoints cannot be told are said, the others probed", async (t) => {
  const { first } = await members(t);
  const config = JSON.stringify({
    connections: {
      good: first,
      "un even": { ip: ["10.0.0.1", "10.0.0.2"], port: ["1"] },
      mixed: { ip: ["10.0.0.1"], port: "1" },
      text: 7,
    },
    users: {},
  });
  const { recorded, exitCode } = run({}, { config });
  t.equal(await exitCode, 1);
  t.match(recorded.results, [/^good .*ok/m]);
  t.match(recorded.problems, [
    {
      code: "ha-connection-ambiguous",
      detail: "ip is a list of 2, port is a list of 1",
      where: { path: file, line: 1 },
      hint: /knetctl ha set 'un even' IP:PORT/,
    },
    { code: "ha-connection-ambiguous", detail: "ip is a list, port is one value" },
    { code: "ha-connection-ambiguous", detail: "it is not a JSON object" },
  ]);
});

test("what is not there is a problem that says what to name instead", async (t) => {
  const config = JSON.stringify({ connections: { hsm_1: { ip: "127.0.0.1", port: 1 } } });
  await t.rejects(run({ connections: ["hsm_2"] }, { config }).exitCode, {
    code: "ha-connection-unknown",
    hint: /hsm_1/,
  });
  await t.rejects(run({}).exitCode, { code: "ha-config-missing", where: { path: file } });
  await t.rejects(run({ user: "nobody-here" }).exitCode, { code: "account-missing" });
  await t.rejects(run({ config: "no.json" }).exitCode, {
    code: "ha-config-missing",
    where: { path: "/no.json" },
  });
  await t.rejects(run({}, { config: "{}" }).exitCode, { code: "ha-config-no-connections" });
  await t.rejects(run({ home: "relative" }).exitCode, { code: "usage-invalid" });
});

test("64 endpoints, half of them silent, are asked at once: far less than a time-out each", async (t) => {
  const { hsm, first } = await members(t);
  await hsm.vhsms[1]!.setDown("black-hole");
  const silent = hsm.endpoints[1]!.https;
  const connections = Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? first : silent)).map(
    ({ ip, port }) => `${ip}:${port}`,
  );
  const start = performance.now();
  const { recorded, exitCode } = run({ connections, timeout: 8 }, { json: true });
  t.equal(await exitCode, 69);
  const ms = performance.now() - start;
  t.ok(ms < 16_000, `${Math.round(ms)} ms`);
  const [{ endpoints }] = recorded.documents as [{ endpoints: { ok: boolean }[] }];
  t.strictSame(
    endpoints.map(({ ok }) => ok),
    Array.from({ length: 64 }, (_, index) => index % 2 === 0),
  );
});

test("an interrupted probe is no result", async (t) => {
  const { exitCode } = run({ connections: ["127.0.0.1:1"] }, { signal: AbortSignal.abort() });
  await t.rejects(exitCode, { code: "interrupted" });
});

test("--watch: a line of JSON a round, and Ctrl-C is its normal end", async (t) => {
  const { first } = await members(t);
  const stop = new AbortController();
  setTimeout(() => {
    stop.abort();
  }, 4000);
  const { exitCode, stdout, stderr } = await knetctl(
    ["ha", "probe", `${first.ip}:${first.port}`, "--watch", "--interval", "0.2s"],
    { signal: stop.signal },
  );
  t.equal(exitCode, 0, stderr);
  const rounds = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  t.ok(rounds.length >= 2, `${rounds.length} rounds`);
  for (const round of rounds) t.ok(report(round));
  t.match(
    rounds,
    rounds.map(() => ({ endpoints: [{ ok: true }] })),
  );
});

test("--watch on a terminal: each table is drawn over the last, the terminal left as it was", async (t) => {
  const { first } = await members(t);
  const command =
    `${process.execPath} ${knetctlScript} ha probe ${first.ip}:${first.port} --watch --interval 0.2s ` +
    `2>/dev/null & sleep 4; kill -INT $!; wait $!; echo "ended $?"; stty -a`;
  // a shell without job control makes what it starts behind it ignore Ctrl-C
  const { stdout: screen } = await promisify(execFile)(
    "script",
    ["-qec", `bash -mc '${command}'`, "/dev/null"],
    { env: { PATH: "/usr/bin:/bin", TERM: "xterm" } },
  );
  const drawn = screen.split("\u001b[H").slice(1);
  t.ok(drawn.length >= 2, JSON.stringify(screen));
  for (const picture of drawn)
    t.match(picture, /UTC, every 0\.2 s, Ctrl-C ends it.*\u001b\[K\r\n.*endpoint.*\u001b\[K\r\n.*ok/);
  t.match(screen, /\u001b\[J\r\n\u001b\[H/, "no line break more than its own");
  t.match(screen, /\u001b\[J[^]*ended 0\r\n[^]* echo /);
  t.notMatch(screen, /\{"/, "no JSON");
});

test("the command line: endpoints stay text, seconds may have their unit, nonsense is refused", async (t) => {
  t.match(await knetctl(["ha", "probe", "127.0.0.1:1", "[::1]:1", "--timeout", "2s"]), {
    exitCode: 69,
    stdout: /127\.0\.0\.1:1 +refused\n.*\[::1\]:1 +(refused|unreachable)/,
  });
  t.match(await knetctl(["ha", "probe", "127.0.0.1:1", "--timeout", "soon"]), {
    exitCode: 64,
    stderr: /--timeout takes/,
  });
  t.match(await knetctl(["ha"]), { exitCode: 64, stderr: /name what to do/ });
});
