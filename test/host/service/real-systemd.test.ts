import t from "tap";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { ensureSystemd } from "../../support/real-systemd.js";

await ensureSystemd(import.meta.filename);

const said = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();

t.test("systemd is the first process, and runs", (t) => {
  t.equal(readFileSync("/proc/1/comm", "latin1").trim(), "systemd");
  t.equal(said("systemctl", "is-system-running"), "running");
  t.end();
});

t.test("units get the walls that they ask for", (t) => {
  writeFileSync("/etc/secret-of-the-unit", "seen");
  const run = (...words: readonly string[]) =>
    said("systemd-run", "--wait", "--pipe", "--collect", "--quiet", ...words);
  t.equal(run("cat", "/etc/secret-of-the-unit"), "seen");
  const inside = run(
    ...["-pProtectSystem=strict", "-pInaccessiblePaths=/etc/secret-of-the-unit", "-pPrivateNetwork=yes"],
    ...["sh", "-c", "touch /etc/x 2>&1; wc -c </etc/secret-of-the-unit 2>&1; grep -c : /proc/net/dev"],
  );
  t.match(inside, /Read-only file system\n(0|.*denied)\n1$/s);
  t.match(run("-pDynamicUser=yes", "id"), /^uid=6\d{4}/);
  t.match(run("-pUser=nobody", "-pGroup=adm", "id"), /gid=4\(adm\)/);
  t.end();
});

t.test("nothing of the machine's kernel is set up", (t) => {
  t.throws(
    () => {
      writeFileSync("/proc/sys/kernel/hostname", "x");
    },
    { code: "EROFS" },
  );
  t.notMatch(readFileSync("/proc/self/mountinfo", "latin1"), /debugfs|tracefs|hugetlbfs/);
  t.notMatch(said("ls", "/dev"), /kmsg|loop|kvm|mem/);
  t.end();
});
