import type { MetricFamily, Sample } from "../../formats/prometheus-text.js";
import { provenLevels } from "../../pkcs11/proven.js";
import type { CheckResult } from "../../pkcs11/report.js";
import type { Observation } from "./observation.js";
import { verifyVerdicts } from "./report-json.js";

/**
 * The metrics of a `verify`. Every sample names the profile, so that the files of several can be read
 * together. What was not looked at has no sample: an alert on it needs `absent()`. Names and labels are part
 * of the interface (docs/monitoring.md).
 */
export function verifyMetrics(seen: Observation): readonly MetricFamily[] {
  const sample = (value: number, labels: Sample["labels"] = {}): Sample => ({
    labels: { profile: seen.profile, ...labels },
    value,
  });
  const gauge = (name: string, help: string, ...samples: readonly Sample[]): MetricFamily => ({
    name: `knetctl_${name}`,
    help,
    samples,
    worst: "least",
  });
  const checks = seen.smoke.tokens.flatMap(({ label, serial = "", checks }) =>
    checks
      .filter(({ status }) => status !== "skip")
      .map((check) => ({ check, labels: { token: label, serial, check: check.id } })),
  );
  return [
    gauge("build_info", "Version of knetctl that looked; always 1.", sample(1, { version: seen.version })),
    gauge(
      "verify_last_run_timestamp_seconds",
      "When the last verify ended, in seconds since 1970.",
      sample(Math.round(seen.ended.getTime()) / 1000),
    ),
    gauge("verify_duration_seconds", "How long it took.", sample(seconds(seen.ms))),
    gauge(
      "verify_success",
      "Whether the host is as the profile wants it, and works.",
      sample(one(seen.verdict === "as-wanted")),
    ),
    gauge(
      "verify_verdict",
      "1 for the verdict of the last verify, 0 for the others; unknown: it could not be carried out.",
      ...[...verifyVerdicts, "unknown"].map((verdict) =>
        sample(one(verdict === (seen.verdict ?? "unknown")), { verdict }),
      ),
    ),
    gauge(
      "drift_changes",
      "Changes between the host and its profile.",
      ...(seen.drift === undefined ? [] : [sample(seen.drift)]),
    ),
    gauge(
      "problem",
      "1 for each kind of problem that was found.",
      ...seen.problems.map(({ code, severity }) => sample(1, { code, severity })),
    ),
    gauge(
      "token_proven_level",
      `What was proven of a token: ${provenLevels.map((level, index) => `${index} ${level}`).join(", ")}.`,
      ...seen.smoke.tokens.map(({ label, serial = "", proven }) =>
        sample(provenLevels.indexOf(proven), { token: label, serial }),
      ),
    ),
    gauge(
      "check_success",
      "Whether a check of the smoke test passed; what it had to leave out has no sample.",
      ...checks.map(({ check, labels }) => sample(one(passed(check)), labels)),
    ),
    {
      ...gauge(
        "check_duration_seconds",
        "How long the check took.",
        ...checks.map(({ check, labels }) => sample(seconds(check.ms), labels)),
      ),
      worst: "most",
    },
    gauge(
      "key_store_success",
      "Whether the application's key store can be used, as far as it was looked at.",
      ...(seen.smoke.stores ?? [])
        .filter(({ status }) => status !== "skip")
        .map(({ name, type, status }) => sample(one(status !== "fail"), { key_store: name, type })),
    ),
    gauge(
      "consumer_success",
      "Whether the consumer's own client could use the token, as far as it is here to show it.",
      ...(seen.smoke.consumers ?? [])
        .filter(({ status }) => status !== "skip")
        .map(({ name, type, status }) => sample(one(status !== "fail"), { consumer: name, type })),
    ),
    gauge(
      "member_up",
      "Whether the client can use a connection's endpoint, as far as a probe without a login shows.",
      ...seen.members.map(({ connection, member, up }) => sample(one(up), { connection, member })),
    ),
    gauge(
      "member_certificate_expiry_timestamp_seconds",
      "When the endpoint's certificate ends, in seconds since 1970.",
      ...seen.members.flatMap(({ connection, member, certificateEnd }) =>
        certificateEnd === undefined ? [] : [sample(certificateEnd.getTime() / 1000, { connection, member })],
      ),
    ),
  ];
}

function one(is: boolean): number {
  return is ? 1 : 0;
}

function seconds(ms: number): number {
  return Math.round(ms * 10) / 10_000;
}

function passed({ status }: CheckResult): boolean {
  return status !== "fail";
}
