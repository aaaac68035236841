import { readFileSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import t from "tap";
import { probeTable } from "../../../src/commands/ha/probe/probe-report.js";
import type { Probed } from "../../../src/vhsm/probe/probe-all.js";
import { style } from "../../../src/ui/text/width.js";
import type { EndpointReport } from "../../../src/vhsm/probe/endpoint-report.js";
import { findingProblem } from "../../../src/vhsm/probe/finding-problem.js";
import { cluster } from "../../simulator/rig.js";
import { blackHole, ensureOwnNetwork, noNetwork, noRoute } from "./own-network.js";
import { probeOne } from "./probe-one.js";
import {
  freePort,
  nginx,
  opensslServer,
  pykmip,
  selfSigned,
  serverFolder,
  sshd,
  type Listening,
} from "./real-servers.js";

await ensureOwnNetwork(import.meta.filename);

const folder = serverFolder(t);
const fresh = selfSigned(folder, "fresh");
const hsm = await cluster(t, { vhsms: 1, users: ["alice"] });
const member = hsm.endpoints[0]!;

/** Every report of this file, for the table at its end. */
const seen: Probed[] = [];

async function probe(
  target: Listening & { fingerprint?: string },
  timeoutMs = 5000,
): Promise<EndpointReport> {
  const report = await probeOne(target, timeoutMs);
  seen.push({
    connection: undefined,
    report,
    problems: report.findings.map((finding) => findingProblem(finding, report.target, report.address)),
  });
  return report;
}

/** s_server answers GET alone. */
const silent = { kind: "timed-out", stage: "answer" };
const patience = 2500;

const kinds = ({ findings }: EndpointReport): readonly string[] => findings.map(({ kind }) => kind);

t.test("a VHSM's HTTPS port is right: who it is, what it speaks, its certificate", async (t) => {
  const report = await probe(member.https);
  t.strictSame(kinds(report), []);
  t.match(report, {
    speaks: "KMIP over HTTPS",
    vendor: "KRYPTUS kNET HSM (simulated)",
    kmipVersion: "1.4",
    protocol: "TLSv1.3",
    cipher: /^TLS_/,
    connectMs: Number,
    tlsMs: Number,
    answerMs: Number,
    certificate: {
      subject: "CN=vhsm-1.knet.simulated",
      fingerprint: /^[0-9a-f]{64}$/,
      notBefore: /^\d{4}-/,
      notAfter: /^\d{4}-/,
    },
  });
});

t.test("a pinned fingerprint is compared", async (t) => {
  const { certificate } = await probe(member.https);
  t.strictSame(kinds(await probe({ ...member.https, fingerprint: certificate!.fingerprint })), []);
  t.match(await probe({ ...member.https, fingerprint: "0".repeat(64) }), {
    findings: [{ kind: "other-certificate", found: certificate!.fingerprint }],
    speaks: "KMIP over HTTPS",
  });
});

t.test("a VHSM's TTLV port is told", async (t) => {
  t.match(await probe(member.ttlv), { findings: [{ kind: "ttlv" }], speaks: "TTLV over TLS" });
});

t.test("PyKMIP: a raw TTLV port that demands a client certificate", async (t) => {
  const server = await pykmip(t, folder, fresh);
  t.strictSame(kinds(await probe(server)), ["client-certificate"]);
});

t.test("a client certificate demanded in TLS 1.3, where it shows after the handshake only", async (t) => {
  const server = await opensslServer(t, fresh, "-Verify", "1", "-tls1_3");
  t.strictSame(kinds(await probe(server)), ["client-certificate"]);
});

t.test("a client certificate demanded in TLS 1.2", async (t) => {
  const server = await opensslServer(t, fresh, "-Verify", "1", "-tls1_2");
  t.strictSame(kinds(await probe(server)), ["client-certificate"]);
});

t.test("nginx: HTTPS that is no kNET, and HTTP without TLS", async (t) => {
  const https = await nginx(
    t,
    folder,
    `listen PORT ssl; ssl_certificate ${fresh.cert}; ssl_certificate_key ${fresh.key}; location / { ` +
      `return 200 "hello"; }`,
  );
  const report = await probe(https);
  t.match(report, { findings: [{ kind: "not-knet", status: 200, server: /^nginx/ }], speaks: "HTTPS" });
  t.equal(
    report.certificate?.fingerprint,
    new X509Certificate(readFileSync(fresh.cert)).fingerprint256.replaceAll(":", "").toLowerCase(),
  );
  t.strictSame(report.certificate?.names, ["DNS:fresh.example.org"]);
  const http = await nginx(t, folder, "listen PORT;");
  t.match(await probe(http), { findings: [{ kind: "plain-http", line: /^HTTP\/1\.1 400/ }], speaks: "HTTP" });
});

t.test("sshd: another service, quoted", async (t) => {
  t.match(await probe(await sshd(t, folder)), {
    findings: [{ kind: "other-service", said: /^SSH-2\.0-OpenSSH/ }],
  });
});

t.test("old servers: the settings they need are found, and the probe goes on", async (t) => {
  const tls1 = await opensslServer(t, fresh, "-tls1", "-cipher", "ALL:@SECLEVEL=0", "-www");
  t.match(await probe(tls1, patience), {
    findings: [{ kind: "old-tls", settings: { securityLevel: 0, minProtocol: "TLSv1" } }, silent],
    protocol: "TLSv1",
  });
  const dh = await opensslServer(
    t,
    fresh,
    "-tls1_2",
    "-cipher",
    "DHE-RSA-AES128-SHA256:@SECLEVEL=0",
    "-dhparam",
    shortDh(),
    "-www",
  );
  t.match(await probe(dh, patience), {
    findings: [{ kind: "old-tls", settings: { securityLevel: 1, minProtocol: "TLSv1.2" } }, silent],
    cipher: /DHE_RSA/,
  });
});

t.test("certificates out of their time are told, and the probe goes on", async (t) => {
  const old = selfSigned(folder, "old", { from: "20200101000000Z", to: "20210101000000Z" });
  t.match(await probe(await opensslServer(t, old, "-www"), patience), {
    findings: [{ kind: "certificate-expired" }, silent],
  });
  const next = selfSigned(folder, "next", { from: "20900101000000Z", to: "20910101000000Z" });
  t.match(await probe(await opensslServer(t, next, "-www"), patience), {
    findings: [{ kind: "certificate-not-yet-valid" }, silent],
  });
});

t.test("nobody there: refused, no route, no network, packets that vanish, a name that is none", async (t) => {
  t.strictSame(kinds(await probe({ ip: "127.0.0.1", port: await freePort() })), ["refused"]);
  t.match(await probe({ ip: noRoute, port: 60161 }), {
    findings: [{ kind: "unreachable", code: "EHOSTUNREACH" }],
  });
  t.match(await probe({ ip: noNetwork, port: 60161 }), {
    findings: [{ kind: "unreachable", code: "ENETUNREACH" }],
  });
  const start = performance.now();
  t.match(await probe({ ip: blackHole, port: 60161 }, 700), {
    findings: [{ kind: "timed-out", stage: "connect", ms: 700 }],
  });
  t.ok(performance.now() - start < 15_000);
  t.match(await probe({ ip: "vhsm.invalid", port: 60161 }), {
    findings: [{ kind: /name-not-found|timed-out/ }],
  });
});

t.test("a VHSM that accepts and is silent, before and after TLS", async (t) => {
  const [vhsm] = hsm.vhsms;
  await vhsm!.setDown("black-hole");
  t.match(await probe(member.https, 700), { findings: [{ kind: "timed-out", stage: "tls" }] });
  await vhsm!.setDown("silent-after-tls");
  t.match(await probe(member.https, 1500), { findings: [{ kind: "timed-out", stage: "answer" }] });
  await vhsm!.setDown("up");
});

t.test("a client that is not on the allow list", async (t) => {
  const closed = await cluster(t, { vhsms: 1, users: ["alice"], allow: ["192.0.2.1"] });
  t.strictSame(kinds(await probe(closed.endpoints[0]!.https)), ["rejected"]);
});

t.test("what the table of ha probe shows of all of these", (t) => {
  const table = probeTable(seen, style(false));
  t.comment(`\n${table}`);
  t.equal(table.split("\n").length, seen.length + 1);
  t.end();
});

/** 1024 bits, RFC 5114's group 1, which is quicker than making one. */
function shortDh(): string {
  return new URL("../../fixtures/dh-1024.pem", import.meta.url).pathname;
}
