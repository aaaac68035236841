import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import t from "tap";
import { account } from "../../../../src/commands/doctor/client/account.js";
import { module } from "../../../../src/commands/doctor/client/module.js";
import { unit } from "../../../../src/commands/doctor/client/unit.js";
import { timeSync } from "../../../../src/commands/doctor/machine/clock.js";
import { systemd } from "../../../../src/commands/doctor/machine/systemd.js";
import { checkedIn, codesOf } from "../../../support/doctor-scene.js";
import { ensureSystemd } from "../../../support/real-systemd.js";
import { moduleLibrary } from "../../../support/vendor-archive.js";

await ensureSystemd(import.meta.filename);

const folder = "/root/doctor";
mkdirSync(folder, { mode: 0o700 });
const profile = `${folder}/profile.yaml`;
writeFileSync(
  profile,
  "connections:\n  hsm_1: { endpoints: [{ ip: 192.0.2.1, port: 60161 }] }\n" +
    "users:\n  ca_signer: { connection: hsm_1 }\nservice: { user: amplia, unit: amplia.service }\n",
);
const file = "/etc/systemd/system/amplia.service";
const systemctl = (...args: readonly string[]) => execFileSync("systemctl", args, { stdio: "ignore" });
const looked = () => checkedIn(unit, { profile });

t.test("a unit that is missing, down, up, changed since it was read, or masked", async (t) => {
  t.match(await looked(), { status: "fail", problems: [{ code: "service-unit-missing" }] });
  writeFileSync(file, "[Service]\nExecStart=/usr/bin/sleep infinity\n");
  systemctl("daemon-reload");
  t.match(await looked(), { status: "warn", problems: [{ code: "service-not-active" }] });
  systemctl("start", "amplia.service");
  t.match(await looked(), { status: "ok", text: "amplia.service: active (running)", problems: [] });
  writeFileSync(file, "[Service]\nExecStart=/usr/bin/sleep infinity\nEnvironment=NEW=1\n");
  t.match(await looked(), {
    status: "warn",
    problems: [{ code: "doctor-unit-stale", hint: /^systemctl daemon-reload;/ }],
  });
  systemctl("daemon-reload");
  t.match(await looked(), { status: "ok" });
  t.match(await checkedIn(unit), { status: "skipped", text: "no profile that names a unit" });
});

t.test("systemd is well until a unit fails", async (t) => {
  t.match(await checkedIn(systemd), { status: "ok", text: /^systemd 2\d\d.* is running$/ });
  writeFileSync("/etc/systemd/system/bad.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n");
  systemctl("daemon-reload");
  t.throws(() => systemctl("start", "bad.service"));
  t.match(await checkedIn(systemd), {
    status: "warn",
    text: /is degraded: 1 failed$/,
    problems: [{ code: "doctor-systemd", hint: /systemctl --failed/ }],
  });
});

t.test("whether a time service keeps the clock, is told or skipped with the reason", async (t) => {
  t.match(await checkedIn(timeSync), { status: /^(ok|warn|skipped)$/, text: /clock|timedatectl/ });
  writeFileSync("/usr/bin/timedatectl", "#!/bin/sh\necho no\n");
  chmodSync("/usr/bin/timedatectl", 0o755);
  t.strictSame(codesOf(await checkedIn(timeSync)), ["doctor-clock-unsynchronised"]);
  writeFileSync("/usr/bin/timedatectl", "#!/bin/sh\necho yes\n");
  t.match(await checkedIn(timeSync), { status: "ok" });
});

t.test("an account that other programs do not see fails", async (t) => {
  mkdirSync("/var/amplia");
  execFileSync("useradd", ["--system", "--home-dir", "/var/amplia", "amplia"]);
  t.match(await checkedIn(account), { status: "ok" });
  execFileSync("sed", ["-i", "s/^passwd:.*/passwd: systemd/", "/etc/nsswitch.conf"]);
  t.match(await checkedIn(account), {
    status: "fail",
    problems: [{ code: "doctor-accounts-differ", detail: /getent passwd\): nothing$/ }],
  });
});

t.test("a module from which no code may be run fails", async (t) => {
  mkdirSync("/opt/knet");
  execFileSync("mount", ["-n", "-t", "tmpfs", "-o", "noexec,mode=0755", "tmpfs", "/opt/knet"]);
  moduleLibrary(`${folder}/build`);
  copyFileSync(`${folder}/build/module.so`, "/opt/knet/libkNETPKCS11.so");
  chmodSync("/opt/knet/libkNETPKCS11.so", 0o755);
  writeFileSync("/etc/ld.so.conf.d/knet.conf", "/opt/knet\n");
  execFileSync("ldconfig");
  t.match(await checkedIn(module), {
    status: "fail",
    problems: [{ code: "doctor-noexec", detail: "/opt/knet is mounted noexec" }],
  });
});
