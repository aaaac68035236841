import t from "tap";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { path } from "../../../src/host/path.js";
import { sandboxProblem } from "../../../src/host/sandbox/sandbox-problem.js";
import { enterSandbox } from "../../../src/host/sandbox/sandbox.js";
import { bundle } from "../../support/bundle.js";
import { eventually, processesWith } from "../../support/processes.js";
import { inSandbox, scriptInSandbox } from "../../support/sandbox.js";

const mountsNow = (): string => readFileSync("/proc/self/mountinfo", "utf8");

t.test("what happens in a sandbox is not seen outside", async (t) => {
  const mark = `${t.testdir({})}/mark`;
  const before = {
    mounts: mountsNow(),
    accounts: readFileSync("/etc/passwd", "utf8"),
    run: readdirSync("/run"),
  };
  const outcome = await scriptInSandbox(
    `useradd --system kn-sandboxed; id -u kn-sandboxed >/dev/null
     echo x >/etc/kn-sandboxed; echo x >"$1"; echo x >/tmp/kn-sandboxed
     echo x >/run/kn-sandboxed; echo x >/run/lock/kn-sandboxed; echo x >/dev/shm/kn-sandboxed
     rm -r /usr/lib/os-release; cat /etc/kn-sandboxed "$1"`,
    mark,
  );
  t.same(outcome, { exitCode: 0, stdout: "x\nx\n", stderr: "" });
  t.same(
    { mounts: mountsNow(), accounts: readFileSync("/etc/passwd", "utf8"), run: readdirSync("/run") },
    before,
  );
  for (const left of [
    mark,
    "/etc/kn-sandboxed",
    "/tmp/kn-sandboxed",
    "/run/kn-sandboxed",
    "/run/lock/kn-sandboxed",
    "/dev/shm/kn-sandboxed",
  ]) {
    t.notOk(existsSync(left), left);
  }
  t.ok(existsSync("/usr/lib/os-release"));
});

t.test("/dev and /sys are read-only; /proc, /run and /dev/shm are its own", async (t) => {
  const { stdout } = await scriptInSandbox(
    `awk '$5 ~ "^/(dev|sys|proc|run|dev/shm)$" { options[$5] = substr($6, 1, 2) }
       END { for (point in options) print point, options[point] }' /proc/self/mountinfo | sort
     touch /dev/kn-sandboxed 2>/dev/null || echo refused; ls -A /run /dev/shm
     stat -c '%a %U' /run /run/lock /dev/shm`,
  );
  t.strictSame(stdout.trim().split("\n"), [
    ...["/dev ro", "/dev/shm rw", "/proc rw", "/run rw", "/sys ro", "refused"],
    ...["/dev/shm:", "", "/run:", "lock", "755 root", "1777 root", "1777 root"],
  ]);
});

t.test("the exit code, the signal that ended it, arguments and standard input pass through", async (t) => {
  t.equal((await scriptInSandbox("exit 42")).exitCode, 42);
  t.equal((await scriptInSandbox("kill -SEGV $$")).exitCode, 128 + 11);
  t.equal((await inSandbox("no-such-program")).exitCode, 127);
  const echoed = await inSandbox(
    "/bin/sh",
    ["-c", 'printf \'%s|\' "$@" "$PATH" "$HOME"; cat', "sh", "a b", "", "'"],
    { env: { HOME: "/h" }, input: "in" },
  );
  t.equal(echoed.stdout, "a b||'|/usr/sbin:/usr/bin:/sbin:/bin|/h|in");
});

t.test("the program has no descriptor of the set-up and a /proc of its own", async (t) => {
  const outcome = await scriptInSandbox(
    "for n in 3 4; do [ ! -e /proc/$$/fd/$n ] || echo open $n; done; echo /proc/[0-9]*",
  );
  t.match(outcome.stdout, /^\/proc\/1 \/proc\/\d+\n$/, outcome.stderr);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  t.test(`${signal} reaches the program once, which ends the sandbox in its own way`, async (t) => {
    const { child, exitCode, kill } = await enterSandbox({
      program: process.execPath,
      args: [
        "-e",
        `process.on("${signal}", () => { console.log("got"); setTimeout(() => process.exit(7), 100); ` +
          `}); console.log("up"); setInterval(() => {}, 1000);`,
      ],
      cwd: path("/"),
      stdio: "pipe",
    });
    let said = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("up")) kill(signal);
      said += text;
    });
    t.equal(await exitCode, 7);
    t.equal(said, "up\ngot\n");
  });
}

t.test("a program without a handler is ended by the signal", async (t) => {
  const { exitCode, kill } = await enterSandbox({
    program: "sleep",
    args: ["100"],
    cwd: path("/"),
    stdio: "pipe",
  });
  setTimeout(() => {
    kill("SIGTERM");
  }, 50);
  t.equal(await exitCode, 128 + 15);
});

t.test("daemons left by the program do not outlive the sandbox", async (t) => {
  const mark = `1111.${process.pid}`;
  t.equal((await scriptInSandbox(`setsid sleep ${mark} >/dev/null 2>&1 & sleep 0.1`)).exitCode, 0);
  t.same(processesWith(`sleep ${mark}`), []);
});

t.test("when the process that asked for the sandbox is killed, everything in it dies", async (t) => {
  const mark = `2222.${process.pid}`;
  const owner = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      bundle(`
    import { enterSandbox } from "../../src/host/sandbox/sandbox.js";
    const args = ["-c", "setsid sleep ${mark} & sleep ${mark}"];
    await enterSandbox({ program: "/bin/sh", args, cwd: "/", stdio: "pipe" });
  `),
    ],
    { stdio: "ignore" },
  );
  t.ok(
    await eventually(
      () => processesWith(`sleep ${mark}`).filter((pid) => commandOf(pid) === "sleep\n").length === 2,
    ),
  );
  owner.kill("SIGKILL");
  t.ok(await eventually(() => processesWith(`sleep ${mark}`).length === 0));
});

/** Nothing of a process that has ended since it was seen. */
function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8");
  } catch {
    return undefined;
  }
}

t.test("without root the reason is said", (t) => {
  const geteuid = process.geteuid;
  process.geteuid = () => 1000;
  t.teardown(() => {
    if (geteuid) process.geteuid = geteuid;
  });
  return t.rejects(enterSandbox({ program: "true", args: [], cwd: path("/") }), {
    code: "host-sandbox-needs-root",
  });
});

t.test("a kernel that refuses, or has no overlay, is told from its messages", (t) => {
  t.match(sandboxProblem("unshare: unshare failed: Operation not permitted\n"), {
    code: "host-sandbox-refused",
    detail: /not permitted/,
  });
  t.match(sandboxProblem("stage propagation\nstage layers\nmount: /run: permission denied.\n"), {
    code: "host-sandbox-refused",
  });
  t.match(
    sandboxProblem("stage layers\nstage overlay\nmount: /run/root: unknown filesystem type 'overlay'.\n"),
    { code: "host-sandbox-no-overlay" },
  );
  t.match(sandboxProblem("stage layers\nstage overlay\nmount: overlay: special device x does not exist.\n"), {
    code: "host-sandbox-failed",
  });
  t.end();
});

t.test("a process that may not make namespaces is refused with the reason", async (t) => {
  const outcome = await inSandbox("setpriv", [
    "--bounding-set",
    "-sys_admin",
    process.execPath,
    "--input-type=module",
    "-e",
    bundle(`
    import { probeSandbox } from "../../src/host/sandbox/sandbox.js";
    console.log(JSON.stringify(await probeSandbox()));
  `),
  ]);
  t.match(JSON.parse(outcome.stdout), {
    code: "host-sandbox-refused",
    detail: /not permitted/,
    hint: /CAP_SYS_ADMIN/,
  });
});
