import t from "tap";
import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { knetctl, knetctlScript } from "../support/knetctl.js";
import { provisioning } from "../support/provisioning.js";
import { ensureSystemd } from "../support/real-systemd.js";

await ensureSystemd(import.meta.filename);

// what the simulated VHSMs keep, where a unit with a /tmp of its own sees it
const tokens = "/var/lib/simulated-tokens";
mkdirSync(tokens);
process.env["TMPDIR"] = tokens;
const { profile: demo, cluster, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());
mkdirSync("/etc/knetctl", { mode: 0o700 });
writeFileSync("/usr/bin/knetctl", `#!/bin/sh\nexec ${process.execPath} ${knetctlScript} "$@"\n`);
chmodSync("/usr/bin/knetctl", 0o755);
const [unit, units] = ["knetctl-first-boot.service", "/etc/systemd/system"];
copyFileSync(join(import.meta.dirname, "../../installers/systemd", unit), `${units}/${unit}`);
const starts = 'cat "$CREDENTIALS_DIRECTORY"/* >/var/amplia/saw; exec sleep infinity';
writeFileSync(`${units}/amplia.service`, `[Service]\nUser=amplia\nExecStart=/bin/sh -c '${starts}'\n`);
const profile = "/etc/knetctl/profile.yaml";
const text = readFileSync(demo, "utf8").replace("user: amplia,", "user: amplia, unit: amplia.service,");
const pins = ["ca_signer", "tsa_signer"].map((name) => readFileSync(`${folder}/${name}.pin`, "utf8"));
const stamp = "/var/lib/knetctl/first-boot-proven";

/** With which exit code; what runs here as well, such as the VHSMs, goes on. */
function ended(program: string, ...args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile(program, args, () => undefined);
    child.once("exit", (code) => {
      resolve(code ?? 128);
    });
  });
}

const isActive = (name: string): boolean =>
  execFileSync("sh", ["-c", `systemctl is-active ${name} || :`], { encoding: "utf8" }) === "active\n";

t.test("the script of systemd-credentials hands the PINs to the units, encrypted on the disk", async (t) => {
  writeFileSync(demo, text);
  const applied = await knetctl(["apply", demo, "--yes", "--no-restart", "--no-prove"]);
  t.equal(applied.exitCode, 0, applied.stderr);
  const { exitCode, stdout } = await knetctl(["render", demo, "--target", "systemd-credentials"]);
  t.equal(exitCode, 0);
  writeFileSync("/root/credentials.sh", stdout);
  execFileSync("sh", ["/root/credentials.sh"], { stdio: "pipe" });
  for (const name of ["ca_signer", "tsa_signer"]) {
    const pin = readFileSync(`${folder}/${name}.pin`, "utf8").trim();
    t.notMatch(readFileSync(`/etc/credstore.encrypted/${name}`, "utf8"), pin);
    t.notMatch(stdout, pin);
    const file = join(`/etc/credstore.encrypted/${name}`);
    t.equal(execFileSync("systemd-creds", ["decrypt", file, "-"], { encoding: "utf8" }).trim(), pin);
  }
  // as the script says at its end
  const credentials = text.replace(/file: [^ }]*\/(\w+)\.pin"?/g, "credential: $1");
  writeFileSync(profile, credentials, { mode: 0o600 });
  for (const name of ["amplia", "knetctl-verify", "knetctl-first-boot"])
    t.strictSame(readdirSync(`${units}/${name}.service.d`), ["50-knet-credentials.conf"]);
});

t.test("systemd has nothing to say against the unit, which is well closed", async (t) => {
  t.equal(await ended("systemd-analyze", "verify", "--man=no", `${units}/${unit}`), 0);
  t.equal(await ended("systemd-analyze", "security", "--threshold=30", "--no-pager", unit), 0);
});

t.test("the application does not start where the proof fails", async (t) => {
  await ended("systemctl", "enable", unit);
  chmodSync("/var/amplia/.config/kryptus", 0o755);
  t.not(await ended("systemctl", "start", "amplia.service"), 0);
  t.strictSame([isActive("amplia.service"), existsSync(stamp)], [false, false]);
});

t.test("it starts once the proof has passed, with the PINs as its credentials", async (t) => {
  chmodSync("/var/amplia/.config/kryptus", 0o750);
  t.equal(await ended("systemctl", "start", "amplia.service"), 0, journal());
  t.ok(isActive("amplia.service"));
  t.ok(existsSync(stamp));
  t.equal(readFileSync("/var/amplia/saw", "utf8"), pins.join(""));
});

t.test("from then on nothing is proven: it starts with the VHSM down too", async (t) => {
  await cluster.stop();
  t.equal(await ended("systemctl", "restart", "amplia.service"), 0, journal());
  t.ok(isActive("amplia.service"));
});

function journal(): string {
  return execFileSync("journalctl", ["--output=cat", "--no-pager", `--unit=${unit}`], { encoding: "utf8" });
}
