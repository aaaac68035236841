import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync } from "node:fs";
import t from "tap";
import { diskSpace, mounts } from "../../../../src/commands/doctor/machine/disk.js";
import { proc } from "../../../../src/commands/doctor/machine/kernel.js";
import { stage } from "../../../../src/commands/doctor/machine/stage.js";
import { systemd } from "../../../../src/commands/doctor/machine/systemd.js";
import { timeSync } from "../../../../src/commands/doctor/machine/clock.js";
import { toolsCheck } from "../../../../src/commands/doctor/machine/tools.js";
import { checkedIn, codesOf } from "../../../support/doctor-scene.js";
import { ensureSandbox } from "../../../support/ensure-sandbox.js";
import { scratch } from "../../../support/scratch.js";

await ensureSandbox(import.meta.filename);

const own = "/var/lib/knetctl";
mkdirSync(own, { mode: 0o700 });

function mounted(options: string, work: () => Promise<void>): Promise<void> {
  execFileSync("mount", ["-n", "-t", "tmpfs", "-o", options, "tmpfs", own]);
  return work().finally(() => execFileSync("umount", ["-n", own]));
}

t.test("little room warns, next to none fails; inodes count too", async (t) => {
  t.match(await checkedIn(diskSpace), { status: "ok", text: /^at least \d+ [MG]iB/ });
  await mounted("size=100m", async () => {
    t.match(await checkedIn(diskSpace), {
      status: "warn",
      text: `at least 100 MiB (${own})`,
      problems: [{ code: "doctor-space-low", where: { path: own } }],
    });
  });
  await mounted("size=8m", async () => {
    t.match(await checkedIn(diskSpace), { status: "fail" });
  });
  await mounted("size=1g,nr_inodes=50", async () => {
    t.match(await checkedIn(diskSpace), { status: "fail", problems: [{ detail: /and 49 inodes are free/ }] });
  });
});

t.test("a file system that is read-only where knetctl writes fails", async (t) => {
  t.match(await checkedIn(mounts), { status: "ok", text: "all writable" });
  await mounted("ro", async () => {
    t.match(await checkedIn(mounts), {
      status: "fail",
      problems: [{ code: "doctor-read-only", where: { path: own } }],
    });
  });
});

t.test("a /proc that hides processes warns those whom it binds", async (t) => {
  t.match(await checkedIn(proc), { status: "ok", text: "/proc is mounted" });
  execFileSync("mount", ["-n", "-t", "proc", "-o", "hidepid=2", "proc", "/proc"]);
  t.match(await checkedIn(proc), { status: "ok", text: /which does not bind root/ });
  t.strictSame(codesOf(await checkedIn(proc, { isRoot: false })), ["doctor-proc-hidden"]);
  execFileSync("umount", ["-n", "/proc"]);
});

t.test("a stage is tried and nothing of it is left; others than root are not told", async (t) => {
  const before = execFileSync("cat", ["/proc/self/mountinfo"], { encoding: "utf8" });
  t.match(await checkedIn(stage), { status: "ok", problems: [] });
  t.equal(execFileSync("cat", ["/proc/self/mountinfo"], { encoding: "utf8" }), before);
  t.match(await checkedIn(stage, { isRoot: false }), { status: "skipped", text: /needs root/ });
});

t.test("programs that are missing are named with their package", async (t) => {
  t.match(await checkedIn(toolsCheck), { status: "ok" });
  renameSync("/usr/sbin/useradd", "/usr/sbin/useradd.away");
  t.match(await checkedIn(toolsCheck), {
    status: "warn",
    problems: [
      {
        code: "doctor-tools-missing",
        message: /account are missing: useradd$/,
        hint: "run apt-get install passwd",
      },
    ],
  });
  renameSync("/usr/bin/flock", "/usr/bin/flock.away");
  t.match(await checkedIn(toolsCheck), { status: "fail", text: "some are missing" });
});

t.test("of programs that come in several packages, only those of what is missing are named", async (t) => {
  const hintWithout = async (...programs: readonly string[]): Promise<unknown> => {
    for (const program of programs) renameSync(program, `${program}.away`);
    const { problems } = await checkedIn(toolsCheck);
    for (const program of programs) renameSync(`${program}.away`, program);
    return problems.find(({ message }) => /for (?:a stage|packed)/.test(message))?.hint;
  };
  t.equal(await hintWithout("/usr/bin/xz"), "run apt-get install xz-utils");
  t.equal(await hintWithout("/usr/bin/gzip"), "run apt-get install gzip");
  t.equal(await hintWithout("/usr/bin/xz", "/usr/bin/gzip"), "run apt-get install gzip xz-utils");
  t.equal(await hintWithout("/usr/bin/unshare", "/usr/bin/nsenter"), "run apt-get install util-linux");
});

t.test("without systemd, and for an image, there is nothing to ask", async (t) => {
  const { folder } = scratch(t);
  for (const check of [systemd, timeSync])
    for (const root of ["/", folder]) t.match(await checkedIn(check, { root }), { status: "skipped" });
});
