import t from "tap";
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { startCluster } from "../../src/simulator/cluster.js";
import { cache, simulatedModule, sources } from "../simulator/rig.js";
import { knetctlJson, type Report } from "../support/knetctl.js";
import { ensureSystemd } from "../support/real-systemd.js";

await ensureSystemd(import.meta.filename);

const run = promisify(execFile);
const folder = "/root/kinds";
mkdirSync(folder, { mode: 0o700 });
const cluster = await startCluster({
  vhsms: 1,
  users: ["ca_signer"],
  stateFolder: `${folder}/vhsms`,
  sources,
  cache,
});
t.teardown(() => cluster.stop());
copyFileSync(await simulatedModule(folder), "/usr/local/lib/libkNETPKCS11.so");
execFileSync("ldconfig");
execFileSync("groupadd", ["knetgrp"]);

const pin = cluster.users[0]!.pin.reveal();
writeFileSync(`${folder}/pin`, pin, { mode: 0o600 });
writeFileSync("/etc/app.env", `APP_PIN=${pin}\n`, { mode: 0o600 });
/** A template. The application stays up if it could log in. */
const [template, unit] = ["/etc/systemd/system/app@.service", "app@1.service"];
const service = (user: string): string => `[Service]
Type=oneshot
RemainAfterExit=yes
User=${user}
EnvironmentFile=/etc/app.env
ExecStart=/usr/bin/pkcs11-tool --module libkNETPKCS11.so --token-label ca_signer \\
  --login --pin env:APP_PIN --list-objects
`;
writeFileSync(template, service("amplia"));

let runs = 0;
/** A profile that differs from the one before: there is something to apply. */
function profile(
  text = `user: amplia, group: amplia, home: /var/amplia, create: true, unit: ${unit}`,
): string {
  const [first] = cluster.endpoints;
  const file = `${folder}/profile.yaml`;
  writeFileSync(
    file,
    `connections:
  hsm_1: { endpoints: [{ ip: ${first!.https.ip}, port: ${first!.https.port} }] }
users:
  ca_signer: { connection: hsm_1, pin: { file: ${folder}/pin } }
log_verbosity: ${["quiet", "info"][runs++ % 2]}
service: { ${text} }
`,
  );
  return file;
}

const dropIns = `${template}.d`;

function dropIn(...lines: readonly string[]): void {
  rmSync(dropIns, { recursive: true, force: true });
  mkdirSync(dropIns);
  writeFileSync(`${dropIns}/drop-in.conf`, `[Service]\n${lines.join("\n")}\n`);
  execFileSync("systemctl", ["daemon-reload"]);
}

async function application(): Promise<boolean> {
  await run("systemctl", ["reset-failed", unit]).catch(() => undefined);
  return run("systemctl", ["restart", unit]).then(
    () => true,
    () => false,
  );
}

const started = (): string =>
  execFileSync("systemctl", ["show", unit, "--property=InvocationID"], { encoding: "utf8" });

const codes = ({ problems }: Pick<Report, "problems">): readonly string[] =>
  problems.map(({ severity, code }) => `${severity} ${code}`);

t.test("an instance of a template is planned, applied, restarted and verified", async (t) => {
  execFileSync("systemctl", ["daemon-reload"]);
  t.equal((await knetctlJson(["plan", profile()])).exitCode, 2);
  const first = await knetctlJson(["apply", `${folder}/profile.yaml`]);
  t.equal(first.exitCode, 0, JSON.stringify(first.document.problems));
  t.ok(await application());
  const start = started();
  const { exitCode, document } = await knetctlJson(["apply", profile()]);
  t.same([exitCode, codes(document)], [0, []]);
  t.not(started(), start, "restarted");
  const seen = await knetctlJson(["verify", `${folder}/profile.yaml`]);
  t.same([seen.exitCode, codes(seen.document)], [0, []]);
});

t.test("files that systemd has not read are told of until it has", async (t) => {
  writeFileSync(template, `${service("amplia")}Nice=1\n`);
  for (const verb of ["plan", "apply", "verify"]) {
    const { document } = await knetctlJson([verb, verb === "plan" ? profile() : `${folder}/profile.yaml`]);
    t.same(codes(document), ["warning service-unit-stale"], verb);
    t.same(document.problems[0]?.where, { path: template });
  }
  execFileSync("systemctl", ["daemon-reload"]);
  t.same(codes((await knetctlJson(["verify", `${folder}/profile.yaml`])).document), []);
});

t.test("a user that only the unit makes is refused before anything is made", async (t) => {
  const ghost = "/etc/systemd/system/ghost.service";
  writeFileSync(ghost, `${service("ghost")}DynamicUser=yes\n`);
  execFileSync("systemctl", ["daemon-reload"]);
  const journals = readdirSync("/var/lib/knetctl/runs").length;
  for (const verb of ["plan", "apply", "rehearse"]) {
    const { exitCode, document } = await knetctlJson([verb, profile("user: ghost, unit: ghost.service")]);
    t.same([exitCode === 0, codes(document)], [false, ["error service-user-dynamic"]], verb);
    const [{ where, hint } = {}] = document.problems;
    t.match(where, { path: ghost, line: 8 });
    t.match(hint, "useradd --system ghost");
  }
  t.equal(readdirSync("/var/lib/knetctl/runs").length, journals);
  t.notOk(existsSync("/var/ghost"));
});

const lowered = "/etc/openssl-for-old-hsms.cnf";

/** The host's OpenSSL as it is, or so strict that the VHSM's certificate is not good enough. */
function opensslOfHost(stricter: boolean): void {
  const text = (level: number): string =>
    "openssl_conf = c\n[c]\nssl_conf = s\n[s]\nsystem_default = d\n[d]\n" +
    `CipherString = DEFAULT:@SECLEVEL=${level}\n`;
  writeFileSync(lowered, text(1));
  writeFileSync("/etc/ssl/openssl.cnf", text(stricter ? 5 : 2));
}

/** Whether the application, verify, and the proof of the members work, and what these name as left out. */
async function verdicts(file: string) {
  const app = await application();
  const verified = await knetctlJson(["verify", file]);
  const proven = await knetctlJson(["ha", "prove", "--profile", file]);
  const works = [app, verified.exitCode === 0, proven.exitCode === 0];
  return { works, leftOut: leftOutBy(proven.document) };
}

function leftOutBy({ problems }: Report): readonly string[] {
  const warnings = problems.filter(({ code }) => code === "smoke-unit-partly");
  return warnings.map(({ detail = "" }) => detail.split(": ")[0] ?? "");
}

t.test("members are proven and drilled with what the unit gives its processes", async (t) => {
  dropIn("Group=knetgrp");
  const file = profile(`user: amplia, group: knetgrp, home: /var/amplia, unit: ${unit}`);
  t.equal((await knetctlJson(["apply", file])).exitCode, 0);
  // what the client's own time-out makes slow is no matter here
  const drill = ["ha", "drill", "--profile", file, "--timeout", "8"];
  t.same(await verdicts(file), { works: [true, true, true], leftOut: [] });
  opensslOfHost(true);
  t.same((await verdicts(file)).works, [false, false, false]);
  t.match((await knetctlJson(drill)).document.problems[0]?.code, /^drill-vector-/);
  dropIn("Group=knetgrp", `Environment=OPENSSL_CONF=${lowered}`, "ProtectHome=yes");
  t.same(await verdicts(file), { works: [true, true, true], leftOut: ["ProtectHome=yes"] });
  const { document } = await knetctlJson(drill);
  t.same(leftOutBy(document), ["ProtectHome=yes"]);
  const ofVector = codes(document).filter((code) => code.includes("drill-vector-"));
  t.same(ofVector, [], "it signs through the vector as it is");
  opensslOfHost(false);
});

t.test("the walls that are no part of that are named", async (t) => {
  dropIn("Group=knetgrp", "RestrictAddressFamilies=AF_UNIX", "InaccessiblePaths=/var/amplia/.config");
  t.same(await verdicts(`${folder}/profile.yaml`), {
    works: [false, false, true],
    leftOut: ["InaccessiblePaths=/var/amplia/.config, RestrictAddressFamilies=AF_UNIX"],
  });
});
