import t from "tap";
import { fips, judgeKernel, kernel, namespaces } from "../../../../src/commands/doctor/machine/kernel.js";
import { limits, umask } from "../../../../src/commands/doctor/machine/process.js";
import { securityModule } from "../../../../src/commands/doctor/machine/security-module.js";
import { checkedIn, codesOf } from "../../../support/doctor-scene.js";

t.test("a kernel that cannot start knetctl by its name warns", async (t) => {
  t.match(await checkedIn(kernel), { status: "ok", text: /^Linux \d/ });
  for (const version of ["5.1.0", "5.10.0-8-amd64", "6.1.0", "10.0"])
    t.match(judgeKernel(version), { text: `Linux ${version}`, problems: [] });
  for (const version of ["5.0.21", "4.18.0-553.el8.x86_64", "3.10.0"])
    t.match(judgeKernel(version), { problems: [{ code: "doctor-kernel-old", severity: "warning" }] });
});

t.test("FIPS mode and limits that allow no namespace warn", async (t) => {
  const file = "/proc/sys/crypto/fips_enabled";
  t.match(await checkedIn(fips, { kernel: {} }), { status: "ok" });
  t.match(await checkedIn(fips, { kernel: { [file]: "0" } }), { status: "ok", text: "FIPS mode is off" });
  t.strictSame(codesOf(await checkedIn(fips, { kernel: { [file]: "1" } })), ["doctor-fips"]);

  t.match(await checkedIn(namespaces), { status: "ok" });
  t.match(await checkedIn(namespaces, { kernel: { "/proc/sys/user/max_pid_namespaces": "0" } }), {
    status: "warn",
    text: "user.max_pid_namespaces: 0",
    problems: [{ code: "doctor-namespaces-off", hint: /^sysctl user\.max_pid_namespaces=1000;/ }],
  });
});

t.test("what rules is told, and a profile that confines knetctl warns", async (t) => {
  const told = async (kernel: Record<string, string>) => (await checkedIn(securityModule, { kernel })).text;
  t.equal(await told({}), "neither SELinux nor AppArmor is on");
  t.equal(await told({ "/sys/fs/selinux/enforce": "1" }), "SELinux is enforcing");
  t.equal(await told({ "/sys/fs/selinux/enforce": "0" }), "SELinux is permissive");
  const armour = { "/sys/module/apparmor/parameters/enabled": "Y" };
  t.equal(await told({ ...armour, "/proc/self/attr/current": "unconfined" }), "AppArmor is on");
  for (const label of ["/proc/self/attr/current", "/proc/self/attr/apparmor/current"])
    t.match(await checkedIn(securityModule, { kernel: { ...armour, [label]: "docker-default (enforce)" } }), {
      status: "warn",
      problems: [{ code: "doctor-confined", detail: "docker-default (enforce)" }],
    });
});

const usual = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max file size             unlimited            unlimited            bytes
Max processes             31338                31338                processes
Max open files            1024                 1048576              files
Max address space         unlimited            unlimited            bytes`;

t.test("each low limit is named, with how to raise it", async (t) => {
  const withLimits = (text: string) => checkedIn(limits, { kernel: { "/proc/self/limits": text } });
  t.match(await withLimits(usual), { status: "ok" });
  t.match(await withLimits(usual.replace("files            1024", "files            64")), {
    status: "warn",
    problems: [
      {
        code: "doctor-limits",
        message: "a limit of this process is low: open files",
        detail: "64; knetctl may need 256",
        hint: /^raise it \(ulimit -S -n 256, or nofile 256 in /,
      },
    ],
  });
  t.match(await withLimits(usual.replace(/(size +)unlimited/, "$11000")), {
    text: "file size: 1000 bytes",
    problems: [
      {
        detail: "1000 bytes; knetctl may need 536870912 bytes",
        // blocks of 512 bytes, as POSIX has them, and kilobytes
        hint: /^raise it \(ulimit -S -f 1048576, or fsize 524288 in /,
      },
    ],
  });
  t.match(await withLimits(usual.replace(/(space +)unlimited/, "$11000")), {
    problems: [
      {
        detail: "1000 bytes; knetctl may need 4294967296 bytes",
        hint: /^raise it \(ulimit -S -v 4194304, or as 4194304 in /,
      },
    ],
  });
  t.match(await withLimits(usual.replace(/(time +)unlimited/, "$11")), {
    text: "CPU time: 1 second",
    problems: [{ detail: "1 second; knetctl may need 60 seconds", hint: /ulimit -S -t 60, or cpu 1 in / }],
  });
  t.match(await withLimits(usual.replace(/31338 /, "12 ")), { text: "number of processes: 12" });
  t.match(await checkedIn(limits, { kernel: {} }), { status: "skipped" });
  t.match(await checkedIn(limits), { status: /^(ok|warn)$/ }, "those of this process can be read");
});

t.test("root's umask warns where it lets others write", async (t) => {
  const withMask = (mask: string, isRoot = true) =>
    checkedIn(umask, { isRoot, kernel: { "/proc/self/status": `Name:\tnode\nUmask:\t${mask}\n` } });
  for (const mask of ["0022", "0077", "0027"]) t.match(await withMask(mask), { status: "ok", text: mask });
  for (const mask of ["0002", "0000", "0020"])
    t.match(await withMask(mask), { status: "warn", problems: [{ code: "doctor-umask" }] });
  t.match(await withMask("0002", false), { status: "ok" }, "another user's files are that user's affair");
});
