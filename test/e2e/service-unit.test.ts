import t from "tap";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { knetctl, knetctlJson, type Report } from "../support/knetctl.js";
import { ensureSystemd } from "../support/real-systemd.js";
import { softTokens, userPin } from "../support/soft-token.js";

await ensureSystemd(import.meta.filename);

// SoftHSM in the place of the client's module: it finds its tokens by a variable alone
const tokens = softTokens("ca_signer");
execFileSync("groupadd", ["--system", "knetgrp"]);
execFileSync("useradd", ["--system", "--create-home", "--home-dir", "/var/amplia", "amplia"]);
execFileSync("chown", ["-R", "amplia:amplia", tokens.folder]);
copyFileSync(tokens.module, "/usr/lib/libkNETPKCS11.so");
const folder = "/root/service-unit";
mkdirSync(folder, { mode: 0o700 });
writeFileSync(`${folder}/pin`, userPin, { mode: 0o600 });
mkdirSync("/etc/amplia", { mode: 0o750 });
execFileSync("chgrp", ["amplia", "/etc/amplia"]);

const ownFile = "/etc/systemd/system/amplia.service";
const dropIns = `${ownFile}.d`;
const dropIn = `${dropIns}/test.conf`;
writeFileSync(ownFile, "[Service]\nUser=amplia\nExecStart=/usr/bin/sleep infinity\n");

/** A profile with this in its service, and in its key store. */
function profile(service: string, store = ""): string {
  const file = `${folder}/profile.yaml`;
  writeFileSync(
    file,
    `connections:
  hsm_1: { endpoints: [{ ip: 192.0.2.1, port: 60161 }] }
users:
  ca_signer: { connection: hsm_1, pin: { file: ${folder}/pin } }
key_stores:
  MyHsm: { type: Pkcs11, user: ca_signer${store} }
service: { user: amplia, ${service} }
`,
    { mode: 0o600 },
  );
  return file;
}

function loads(...lines: readonly string[]): void {
  rmSync(dropIns, { recursive: true, force: true });
  mkdirSync(dropIns);
  writeFileSync(dropIn, ["[Service]", ...lines, ""].join("\n"));
  execFileSync("systemctl", ["daemon-reload"]);
}

function isProven({ smoke }: Report): boolean {
  const checks = smoke.tokens.flatMap((token) => token.checks);
  return checks.some(({ id }) => id === "login") && checks.every(({ status }) => status !== "fail");
}

const variable = `environment: { SOFTHSM2_CONF: ${tokens.environment["SOFTHSM2_CONF"] ?? ""} }`;

t.test("the module gets the variables that the profile gives for a host without the unit", async (t) => {
  const { document } = await knetctlJson(["verify", profile(variable)]);
  t.ok(isProven(document), JSON.stringify(document.smoke));
  const without = await knetctlJson(["verify", profile("create: false")]);
  t.notOk(isProven(without.document));
});

const setting = `Environment=SOFTHSM2_CONF=${tokens.environment["SOFTHSM2_CONF"] ?? ""}`;

t.test("a drop-in that contradicts the profile ends the plan, with its line", async (t) => {
  const unit = "unit: amplia.service";
  const hidden = 'Environment="ARGS=--urls http://x --KeyStores:MyHsm:Pin=1"';
  const cases: readonly (readonly [lines: readonly string[], service: string, ...codes: string[]])[] = [
    [["User=daemon"], unit, "service-user-differs"],
    [["Environment=HOME=/srv"], unit, "service-home-differs"],
    [["EnvironmentFile=/etc/not-there"], unit, "service-environment-missing"],
    [["EnvironmentFile=-/etc/not-there"], unit],
    [["Group=knetgrp"], unit, "service-group-differs"],
    [["Group=knetgrp"], `${unit}, group: knetgrp`],
    [["LimitNOFILE=12", "DynamicUser=yes"], unit],
    [[], `${unit}, ${variable}`, "service-environment-differs"],
    [[setting], `${unit}, ${variable}`],
    [["Environment=KeyStores__MyHsm__Pin=1234"], unit, "service-setting-hidden"],
    [
      ["ExecStart=", "ExecStart=/usr/bin/sleep infinity --KeyStores:MyHsm:Pin=1"],
      unit,
      "service-setting-hidden",
    ],
    ...["/usr/bin/sleep $ARGS", "/bin/sh -c 'exec sleep $ARGS'", "/bin/sh -c 'exec sleep ${ARGS}'"].map(
      (command) => [[hidden, "ExecStart=", `ExecStart=${command}`], unit, "service-setting-hidden"] as const,
    ),
    [
      ['Environment="VARS=KeyStores__MyHsm__Pin=1"', "ExecStart=", "ExecStart=/usr/bin/env $VARS sleep 1"],
      unit,
      "service-setting-hidden",
    ],
    [[hidden], unit],
  ];
  for (const [lines, service, ...codes] of cases) {
    loads(...lines);
    const { document, exitCode } = await knetctlJson(["plan", profile(service)]);
    const errors = document.problems.filter(({ severity }) => severity === "error");
    t.strictSame(
      errors.map(({ code }) => code),
      codes,
      lines.join(" "),
    );
    t.equal(exitCode, codes.length === 0 ? 2 : 1, lines.join(" "));
    if (lines.length > 0)
      t.match(
        errors.map(({ where }) => where),
        codes.map(() => ({ path: dropIn })),
      );
  }
});

/** The problems of a plan, each with its place. */
async function found(service: string): Promise<readonly string[]> {
  const { document } = await knetctlJson(["plan", profile(service)]);
  return document.problems
    .filter(({ code }) => /^(module-not-readable|account-home-closed)$/.test(code))
    .map(({ code, severity, where }) => `${severity} ${code} ${where?.path ?? ""}`);
}

t.test("a folder that keeps the service from its module is named before anything is changed", async (t) => {
  const vendor = "/opt/vendor";
  const name = "libkNETPKCS11.so";
  mkdirSync(vendor, { mode: 0o700 });
  renameSync(`/usr/lib/${name}`, `${vendor}/${name}`);
  symlinkSync(`${vendor}/${name}`, `/usr/lib/${name}`);
  t.teardown(() => {
    renameSync(`${vendor}/${name}`, `/usr/lib/${name}`);
  });
  loads();
  const closed = [`error module-not-readable ${vendor}`];
  t.strictSame(await found("create: false"), closed, "without a unit");
  t.strictSame(await found("unit: amplia.service"), closed);
  execFileSync("chgrp", ["knetgrp", vendor]);
  chmodSync(vendor, 0o710);
  t.strictSame(await found("unit: amplia.service"), closed);
  loads("SupplementaryGroups=knetgrp");
  t.strictSame(await found("unit: amplia.service"), [], "a group of the unit alone lets it through");
  loads();
  chmodSync(vendor, 0o700);
  execFileSync("setfacl", ["-m", "u:amplia:x", vendor]);
  t.strictSame(await found("unit: amplia.service"), [], "so does an access control list");
  execFileSync("setfacl", ["-b", vendor]);
  chmodSync(vendor, 0o755);
  chmodSync(`${vendor}/${name}`, 0o600);
  t.strictSame(await found("unit: amplia.service"), [`error module-not-readable ${vendor}/${name}`]);
  chmodSync(`${vendor}/${name}`, 0o644);
});

t.test("so is one above its home", async (t) => {
  mkdirSync("/srv/closed/amplia", { recursive: true });
  execFileSync("chown", ["amplia:amplia", "/srv/closed/amplia"]);
  chmodSync("/srv/closed", 0o700);
  loads("Environment=HOME=/srv/closed/amplia");
  const service = "unit: amplia.service, home: /srv/closed/amplia";
  t.strictSame(await found(service), ["error account-home-closed /srv/closed"]);
  chmodSync("/srv/closed", 0o711);
  t.strictSame(await found(service), []);
});

t.test("and one above its settings, with the groups of the unit and access control lists", async (t) => {
  const [above, target] = ["/srv/settings", "/srv/settings/app/appsettings.conf"];
  mkdirSync(`${above}/app`, { recursive: true });
  chmodSync(above, 0o710);
  execFileSync("chgrp", ["knetgrp", above]);
  const unreachable = async (service: string) => {
    const { document } = await knetctlJson(["plan", profile(service, `, target: ${target}`)]);
    return document.problems
      .filter(({ code }) => code === "settings-unreachable")
      .map(({ severity, detail = "" }) => `${severity} ${detail.split(" ")[0] ?? ""}`);
  };
  loads();
  const closed = [`error ${above}`];
  t.strictSame(await unreachable("create: false"), closed, "without a unit");
  t.strictSame(await unreachable("unit: amplia.service"), closed);
  loads("SupplementaryGroups=knetgrp");
  t.strictSame(await unreachable("unit: amplia.service"), [], "a group of the unit alone lets it through");
  loads();
  execFileSync("setfacl", ["-m", "u:amplia:x", above]);
  t.strictSame(await unreachable("unit: amplia.service"), [], "so does an access control list");
  t.strictSame(await unreachable("create: false"), [], "without a unit too");
  execFileSync("setfacl", ["-b", above]);
  execFileSync("chown", ["amplia", above]);
  chmodSync(above, 0o011);
  t.strictSame(await unreachable("unit: amplia.service"), closed, "the owner's rights are the owner's");
});

t.test("people are told property, file and line, and what to do, but no value", async (t) => {
  loads("Environment=KeyStores__MyHsm__Pin=secret-of-the-unit");
  const { stdout, stderr, exitCode } = await knetctl(["plan", profile("unit: amplia.service")]);
  t.equal(exitCode, 1);
  t.match(stderr, `${dropIn}:2`);
  t.match(stderr, /KeyStores__MyHsm__Pin/);
  t.notMatch(stdout + stderr, "secret-of-the-unit");
});
