import t from "tap";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { knetctl } from "../support/knetctl.js";
import { parsePrometheus } from "../support/parse-prometheus.js";
import { ended, packagedHost } from "../support/packaged-host.js";
import { ensureSystemd } from "../support/real-systemd.js";

await ensureSystemd(import.meta.filename);

// the units as they are shipped, and the drop-in of docs/monitoring.md
const name = "knetctl-verify.service";
const { profile: demo, cluster, folder, units } = await packagedHost(2, name, "knetctl-verify.timer");
t.teardown(() => cluster.stop());
const metrics = "/var/lib/prometheus/node-exporter/knetctl.prom";
mkdirSync("/var/lib/prometheus/node-exporter", { recursive: true, mode: 0o755 });
mkdirSync(`/etc/systemd/system/${name}.d`);
writeFileSync(
  `/etc/systemd/system/${name}.d/local.conf`,
  `[Service]
LoadCredential=ca_signer:${folder}/ca_signer.pin
LoadCredential=tsa_signer:${folder}/tsa_signer.pin
Environment="KNETCTL_OPTIONS=--metrics ${metrics}"
`,
);
const consumer = "[Service]\nUser=amplia\nExecStart=/usr/bin/sleep infinity\n";
writeFileSync("/etc/systemd/system/amplia.service", consumer);
execFileSync("systemctl", ["daemon-reload"]);

const profile = "/etc/knetctl/profile.yaml";
const credentials = readFileSync(demo, "utf8").replace(/file: [^ }]*\/(\w+)\.pin"?/g, "credential: $1");
writeFileSync(profile, credentials, { mode: 0o600 });

async function run() {
  const [status, journal] = [
    await ended("systemctl", "start", name),
    execFileSync("journalctl", ["--output=cat", "--no-pager", `--unit=${name}`], { encoding: "utf8" }),
  ];
  const families = parsePrometheus(readFileSync(metrics));
  const values = (family: string) => families.get(`knetctl_${family}`)?.samples.map(({ value }) => value);
  return { status, journal, values };
}

t.test("the hardened unit verifies a host with PINs as credentials, and writes the metrics", async (t) => {
  // the smoke test below the unit's own walls, and in one like the service's
  for (const unit of ["", "unit: amplia.service, "]) {
    writeFileSync(profile, credentials.replace("user: amplia,", `user: amplia, ${unit}`), { mode: 0o600 });
    const args = ["apply", profile, "--yes", "--no-prove"];
    for (const user of ["ca_signer", "tsa_signer"])
      copyFileSync(`${folder}/${user}.pin`, `${folder}/${user}`);
    const applied = await knetctl(args, { env: { CREDENTIALS_DIRECTORY: folder } });
    t.equal(applied.exitCode, 0, applied.stderr);
    t.equal(await ended("systemctl", "start", "amplia.service"), 0);
    const { status, journal, values } = await run();
    t.equal(status, 0, `${unit}${journal}`);
    t.strictSame(values("verify_success"), [1]);
    t.strictSame(values("token_proven_level"), [4, 4], "signed with a key of the session");
    t.strictSame(values("member_up"), [1, 1]);
    t.ok(values("member_certificate_expiry_timestamp_seconds")?.every((end) => end > Date.now() / 1000));
  }
  const { mode, uid } = statSync(metrics);
  t.strictSame([mode & 0o7777, uid], [0o644, 0]);
});

t.test(
  "a report names the unit's variables, and has neither their values nor its command line",
  async (t) => {
    const secret = "value-of-a-variable";
    const unit = `${consumer}Environment=SOME_KEY=${secret}\nExecStartPre=/usr/bin/true ${secret}\n`;
    writeFileSync("/etc/systemd/system/amplia.service", unit);
    await ended("systemctl", "daemon-reload");
    const { exitCode, stdout } = await knetctl(["report", profile, "--out", "/root/report.tar.gz"]);
    t.equal(exitCode, 0, stdout);
    t.equal(statSync("/root/report.tar.gz").mode & 0o7777, 0o600);
    const unpacked = execFileSync("tar", ["-xzOf", "/root/report.tar.gz"], { encoding: "utf8" });
    t.match(unpacked, /"environment_names": \[\s+"SOME_KEY"\s+\]/);
    t.match(unpacked, /"ActiveState": "active"/);
    t.notMatch(unpacked, secret);
  },
);

t.test("drift fails the unit, and the metrics say so", async (t) => {
  chmodSync("/var/amplia/.config/kryptus", 0o755);
  const { status, values } = await run();
  t.equal(status, 1);
  t.strictSame([values("verify_success"), values("drift_changes")], [[0], [1]]);
  chmodSync("/var/amplia/.config/kryptus", 0o750);
});

t.test("a verify that cannot be carried out leaves metrics of that", async (t) => {
  writeFileSync(profile, "connections: 1\n", { mode: 0o600 });
  const { status, values } = await run();
  t.equal(status, 1);
  t.strictSame([values("verify_success"), values("drift_changes")], [[0], undefined]);
  t.ok((values("problem")?.length ?? 0) > 0);
  const nagios = await knetctl(["verify", profile, "--nagios"]);
  t.match(nagios, { exitCode: 3, stderr: "", stdout: /^KNETCTL UNKNOWN - .* \| time=[\d.]+s;;;0\n$/ });
});

t.test("metrics that cannot be written are a problem, which does not hide what was seen", async (t) => {
  writeFileSync(profile, credentials, { mode: 0o600 });
  const args = ["verify", profile, "--no-smoke-test", "--metrics", "/nonexistent/a.prom"];
  const { exitCode, stdout, stderr } = await knetctl(args, { env: { CREDENTIALS_DIRECTORY: folder } });
  t.equal(exitCode, 1);
  t.match(stdout, /nothing to change/);
  t.match(stderr, /\[host-folder-missing\]/);
});

t.test("systemd has nothing to say against the units, which are off and well closed", async (t) => {
  t.equal(await ended("systemd-analyze", "verify", "--man=no", ...units), 0);
  const threshold = ["--threshold=30", "--no-pager"];
  t.equal(await ended("systemd-analyze", "security", ...threshold, name), 0, "exposure 3.0 or less");
  t.notOk(existsSync("/etc/systemd/system/timers.target.wants/knetctl-verify.timer"));
});
