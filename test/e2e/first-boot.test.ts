import t from "tap";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";
import { blocksOf, pagesContainers, written } from "../docs/containers.js";
import { ended, packagedHost } from "../support/packaged-host.js";
import { knetctl } from "../support/knetctl.js";
import { ensureSystemd } from "../support/real-systemd.js";

await ensureSystemd(import.meta.filename);

const [unit, units] = ["knetctl-first-boot.service", "/etc/systemd/system"];
const { profile: demo, cluster, folder } = await packagedHost(1, unit);
t.teardown(() => cluster.stop());
// before it counts as started
const pre = `ExecStartPre=/bin/sh -c 'cat "$CREDENTIALS_DIRECTORY"/* >/var/amplia/saw'`;
writeFileSync(`${units}/amplia.service`, `[Service]\nUser=amplia\n${pre}\nExecStart=/bin/sleep infinity\n`);
// "for any other unit a drop-in"
const [dropIn = ""] = blocksOf("ini");
mkdirSync(`${units}/other.service.d`);
writeFileSync(`${units}/other.service.d/proven.conf`, dropIn);
writeFileSync(`${units}/other.service`, "[Service]\nExecStart=/bin/sleep infinity\n");
const profile = "/etc/knetctl/profile.yaml";
const text = readFileSync(demo, "utf8").replace("user: amplia,", "user: amplia, unit: amplia.service,");
const pins = ["ca_signer", "tsa_signer"].map((name) => readFileSync(`${folder}/${name}.pin`, "utf8"));
const stamp = "/var/lib/knetctl/first-boot-proven";

const isActive = (name: string): boolean =>
  execFileSync("sh", ["-c", `systemctl is-active ${name} || :`], { encoding: "utf8" }) === "active\n";

t.test("docs/containers.md, followed on this host: every line does what the page says", async (t) => {
  const stores =
    'amplia: { version: "4.9.0" }\nkey_stores: { ca_signer: { type: Pkcs11, user: ca_signer } }\n';
  const followed = await pagesContainers(`${text}\n${stores}`);
  t.ok(followed.length >= 10);
  for (const { text, exitCode, said } of followed)
    t.equal(exitCode, text.startsWith("knetctl plan") ? 2 : 0, `${text}\n${said}`);
  t.match(followed.find(({ text }) => text.startsWith("knetctl history"))?.said, /applied/);
  t.ok(existsSync("/srv/image/var/amplia/.config/kryptus/knet/pkcs11/config.json"));
  t.ok(existsSync(`/srv/image${units}/amplia.service.requires/${unit}`), "enabled in the image");
  t.match(written("amplia.env"), /^KeyStores__ca_signer__.*\n/m);
  t.match(written("Containerfile"), /^FROM \$\{BASE_IMAGE\} AS proof$/m);
  const image = "registry.example.org/amplia:1";
  t.match(parse(written("compose.yaml")), { services: { application: { image } } });
  const kinds = parseAllDocuments(written("amplia.yaml")).map((one) => one.get("kind"));
  t.match(kinds.join(" "), /ConfigMap.*Deployment/);
  t.match(written("user-data.yaml"), /^#cloud-config\n/);
  for (const name of ["Containerfile", "compose.yaml", "amplia.yaml", "user-data.yaml", "credentials.sh"])
    t.notOk(
      pins.some((pin) => written(name).includes(pin.trim())),
      `no PIN is in ${name}`,
    );
});

t.test("the script of systemd-credentials hands the PINs to the units, encrypted on the disk", async (t) => {
  writeFileSync(demo, text);
  const applied = await knetctl(["apply", demo, "--yes", "--no-restart", "--no-prove"]);
  t.equal(applied.exitCode, 0, applied.stderr);
  execFileSync("sh", ["/root/containers/credentials.sh"], { stdio: "pipe" });
  for (const name of ["ca_signer", "tsa_signer"]) {
    const pin = readFileSync(`${folder}/${name}.pin`, "utf8").trim();
    t.notMatch(readFileSync(`/etc/credstore.encrypted/${name}`, "utf8"), pin);
    const file = `/etc/credstore.encrypted/${name}`;
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

const applications = ["amplia.service", "other.service"];

t.test("the application does not start where the proof fails", async (t) => {
  await ended("systemctl", "enable", unit);
  chmodSync("/var/amplia/.config/kryptus", 0o755);
  for (const application of applications)
    t.not(await ended("systemctl", "start", application), 0, application);
  t.strictSame([...applications.map(isActive), existsSync(stamp)], [false, false, false]);
});

t.test("it starts once the proof has passed, with the PINs as its credentials", async (t) => {
  chmodSync("/var/amplia/.config/kryptus", 0o750);
  t.equal(await ended("systemctl", "start", ...applications), 0, journal());
  t.strictSame([...applications.map(isActive), existsSync(stamp)], [true, true, true]);
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
