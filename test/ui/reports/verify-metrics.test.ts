import { test } from "tap";
import { prometheusText } from "../../../src/formats/prometheus-text.js";
import { Problem } from "../../../src/problem/problem.js";
import { nagiosLine } from "../../../src/ui/reports/nagios-line.js";
import type { Observation } from "../../../src/ui/reports/observation.js";
import { verifyMetrics } from "../../../src/ui/reports/verify-metrics.js";
import { parsePrometheus } from "../../support/parse-prometheus.js";

const ended = new Date("2026-11-27T12:00:00.250Z");
const inDays = (days: number): Date => new Date(ended.getTime() + days * 86_400_000);

const well: Observation = {
  profile: "/etc/knetctl/profile.yaml",
  version: "1.2.3",
  ended,
  ms: 1234.56,
  verdict: "as-wanted",
  drift: 0,
  smoke: {
    tokens: [
      {
        label: "ca_signer",
        serial: "01",
        proven: "signed-session-key",
        checks: [
          { id: "login", status: "pass", ms: 12.5 },
          { id: "aes", status: "skip", ms: 0 },
        ],
      },
    ],
    stores: [{ name: "MyHsm", type: "Pkcs11", status: "pass", detail: "" }],
  },
  members: [
    { connection: "hsm_1", member: "10.1.2.3:60161", up: true, certificateEnd: inDays(400) },
    { connection: "hsm_1", member: "10.1.2.4:60161", up: true, certificateEnd: undefined },
  ],
  problems: [],
};

function parsed(seen: Observation) {
  return parsePrometheus(Buffer.from(prometheusText(verifyMetrics(seen))));
}

function values(seen: Observation, name: string): readonly number[] {
  return (parsed(seen).get(name)?.samples ?? []).map(({ value }) => value);
}

test("metrics: what is well, in base units, each sample with its profile", (t) => {
  t.strictSame(values(well, "knetctl_verify_success"), [1]);
  t.strictSame(values(well, "knetctl_verify_duration_seconds"), [1.2346]);
  t.strictSame(values(well, "knetctl_verify_last_run_timestamp_seconds"), [ended.getTime() / 1000]);
  t.strictSame(values(well, "knetctl_token_proven_level"), [4]);
  t.strictSame(values(well, "knetctl_check_success"), [1], "what was left out has none");
  t.strictSame(values(well, "knetctl_member_up"), [1, 1]);
  t.strictSame(values(well, "knetctl_member_certificate_expiry_timestamp_seconds"), [
    inDays(400).getTime() / 1000,
  ]);
  for (const [name, { type, samples }] of parsed(well)) {
    t.match(name, /^knetctl_[a-z_]+$/);
    t.equal(type, "gauge");
    for (const { labels } of samples) t.equal(labels["profile"], well.profile, name);
  }
  t.end();
});

test("metrics: a verify that could not be carried out says so, and claims nothing", (t) => {
  const seen: Observation = {
    ...well,
    verdict: undefined,
    drift: undefined,
    smoke: { tokens: [] },
    members: [],
    problems: [new Problem("pin-file-missing", "…"), new Problem("pin-file-missing", "…")],
  };
  t.strictSame(values(seen, "knetctl_verify_success"), [0]);
  t.strictSame(
    parsed(seen)
      .get("knetctl_verify_verdict")
      ?.samples.filter(({ value }) => value === 1)
      .map(({ labels }) => labels["verdict"]),
    ["unknown"],
  );
  t.strictSame(values(seen, "knetctl_problem"), [1]);
  t.strictSame(values(seen, "knetctl_drift_changes"), []);
  t.end();
});

test("nagios: one line, performance data behind one bar, and the plugins' exit codes", (t) => {
  t.strictSame(nagiosLine(well), {
    line:
      "KNETCTL OK - the host is as wanted; 1 of 1 tokens signed; 2 of 2 members up | time=1.235s;;;0 " +
      "drift=0;0;;0 members_down=0;0;;0;2 'certificate_days 10.1.2.3:60161'=400;30:;;0",
    exitCode: 0,
  });
  const codes = {
    drift: 1,
    degraded: 1,
    unreachable: 2,
    failed: 2,
  } as const;
  for (const verdict of ["drift", "degraded", "unreachable", "failed"] as const)
    t.equal(nagiosLine({ ...well, verdict }).exitCode, codes[verdict], verdict);
  t.equal(nagiosLine({ ...well, verdict: undefined }).exitCode, 3);
  t.end();
});

test("nagios: a certificate that ends soon is a warning", (t) => {
  const [member] = well.members;
  t.ok(member);
  const seen = { ...well, members: well.members.map((one) => ({ ...one, certificateEnd: inDays(29.5) })) };
  const { line, exitCode } = nagiosLine(seen);
  t.equal(exitCode, 1);
  t.match(line, /^KNETCTL WARNING - .*; the certificate of 10\.1\.2\.3:60161 expires in 29 days/);
  t.end();
});

test("nagios: one of a thing is told as one", (t) => {
  const lineOf = (drift: number, days: number) =>
    nagiosLine({
      ...well,
      drift,
      members: well.members.map((one) => ({ ...one, certificateEnd: inDays(days) })),
    }).line;
  t.match(lineOf(1, 1.5), /; 1 change pending; .* expires in 1 day \|/);
  t.match(lineOf(2, 2.5), /; 2 changes pending; .* expires in 2 days \|/);
  t.match(lineOf(0, -1), /; the certificate of \S+ has expired \|/);
  t.end();
});

test("nagios: text from outside adds neither a line nor data", (t) => {
  const problems = [new Problem("endpoint-refused", "a|b\nc", { detail: "x=1\u001b[2J" })];
  const members = [{ connection: "h", member: "a='|b:1", up: false, certificateEnd: inDays(1) }];
  const { line } = nagiosLine({ ...well, verdict: "failed", problems, members });
  t.equal(line.split("|").length, 2);
  t.notMatch(line, /[\n\u001b]/);
  t.match(line, /'certificate_days a___b:1'=1/);
  t.end();
});
