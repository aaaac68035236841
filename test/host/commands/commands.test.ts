import t from "tap";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { path } from "../../../src/host/path.js";
import { readOnlyHost } from "../../../src/host/read-only-host.js";
import { realHost } from "../../../src/host/real-host.js";
import { eventually, processesWith } from "../../support/processes.js";
import { scratch, strangerUid } from "../../support/scratch.js";

/** A root with a shell and cat, and the libraries they need. */
const copyPrograms = `
  for file in /bin/sh /bin/cat $(ldd /bin/sh /bin/cat | grep -o '/[^ :]*'); do
    mkdir -p "$1$(dirname "$file")"; [ -e "$1$file" ] || cp -L "$file" "$1$file"
  done`;

const { commands } = realHost(path("/"));
const sh = (
  script: string,
  ...args: readonly string[]
): { program: string; args: readonly string[]; timeoutMs: number } => ({
  program: "sh",
  args: ["-c", script, "sh", ...args],
  timeoutMs: 10_000,
});

t.test("a child has the system's PATH, LC_ALL=C and what it is given, and nothing of ours", async (t) => {
  process.env["LD_PRELOAD_FOR_TEST"] = "secret";
  t.teardown(() => {
    delete process.env["LD_PRELOAD_FOR_TEST"];
  });
  const { stdout } = await commands.run({
    program: "env",
    args: ["-0"],
    env: { HOME: "/h", PATH: "/evil", LC_ALL: "xx" },
    timeoutMs: 5000,
  });
  const given = stdout.split("\0").filter((line) => line !== "");
  t.same(given.sort(), ["HOME=/h", "LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]);
});

t.test("exit code, signal, output, input, working folder and umask", async (t) => {
  const before = process.umask(0o077);
  t.teardown(() => process.umask(before));
  const result = await commands.run({
    ...sh("pwd; umask; cat; echo err >&2; exit 3"),
    cwd: path("/usr"),
    input: "in",
  });
  t.match(result, { exitCode: 3, signal: null, timedOut: false, stdout: "/usr\n0022\nin", stderr: "err\n" });
  t.match(await commands.run(sh("kill -KILL $$")), { exitCode: null, signal: "SIGKILL", timedOut: false });
  t.equal((await commands.run(sh("readlink /proc/self/fd/0"))).stdout, "/dev/null\n");
  t.equal(process.umask(0o077), 0o077);
});

t.test("once a command has ended, nothing of it keeps this program from ending", async (t) => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  await commands.run(sh("echo done"));
  t.equal(timers(), before);
});

t.test("a child that does not read its input is no failure", async (t) => {
  t.match(await commands.run({ ...sh("exit 0"), input: Buffer.alloc(1024 * 1024) }), { exitCode: 0 });
});

t.test("output over 1 MiB loses its middle, and the child is not held up", async (t) => {
  const { stdout, exitCode } = await commands.run(
    sh("echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo last; exit 5"),
  );
  t.match(stdout, /^first\nx+\n\[\d+ bytes left out\]\nx+last\n$/);
  t.same([stdout.length < 1024 * 1024 + 40, exitCode], [true, 5]);
});

t.test("at the time-out the whole group is killed, one that ignores SIGTERM too", async (t) => {
  const mark = `3333.${process.pid}`;
  const result = await commands.run({
    ...sh(`trap '' TERM; sleep ${mark} & while :; do sleep 1; done`),
    timeoutMs: 150,
  });
  t.match(result, { timedOut: true, exitCode: null, signal: "SIGKILL" });
  t.ok(result.ms < 3000, `${result.ms}`);
  t.ok(await eventually(() => processesWith(`sleep ${mark}`).length === 0));
});

t.test("a grandchild that holds the output open does not hold us up", async (t) => {
  const mark = `4.4${process.pid}`;
  const result = await commands.run(sh(`sleep ${mark} & echo done`));
  t.match(result, { exitCode: 0, stdout: "done\n" });
  t.ok(result.ms < 2000, `${result.ms}`);
});

t.test("an abort ends the child", async (t) => {
  const stop = new AbortController();
  setTimeout(() => {
    stop.abort();
  }, 50);
  t.match(await commands.run({ ...sh("sleep 20"), signal: stop.signal }), {
    exitCode: null,
    signal: "SIGTERM",
    timedOut: false,
  });
  t.match(await commands.run({ ...sh("sleep 20"), signal: stop.signal }), { exitCode: null });
});

t.test("a program that is missing, or cannot be started, is a problem that shows no arguments", async (t) => {
  const { file, folder } = scratch(t, tmpdir());
  file("bin/odd", "#!/no/interpreter\n", { mode: 0o755 });
  await t.rejects(commands.run({ program: "no-such-program", args: ["1234"], timeoutMs: 1000 }), {
    code: "host-command-missing",
    detail: /it is in none of these folders: /,
  });
  await t.rejects(commands.run({ program: `${folder}/bin/odd`, args: ["1234"], timeoutMs: 1000 }), {
    code: "host-command-not-started",
    detail: /^ENOENT/,
  });
  await t.rejects(commands.run({ ...sh("true"), cwd: path("/no/such/folder") }), {
    code: "host-command-not-started",
  });
});

t.test("a program others could have written is not run", async (t) => {
  const { file, mkdir, folder } = scratch(t);
  file("stranger", "#!/bin/sh\n", { mode: 0o755, uid: strangerUid });
  file("writable", "#!/bin/sh\n", { mode: 0o757 });
  mkdir("open", { mode: 0o777 });
  for (const name of ["stranger", "writable"]) {
    await t.rejects(
      commands.run({ program: `${folder}/${name}`, args: [], timeoutMs: 1000 }),
      { code: "host-untrusted-owner" },
      name,
    );
  }
  t.throws(() => commands.find(`${folder}/open/x`), { code: "host-untrusted-folder" });
  t.equal(commands.find("sh"), "/usr/bin/sh");
  t.equal(commands.find("../bin/sh"), undefined);
  t.equal(commands.find(`${folder}/none`), undefined);
});

t.test("a command inside the root sees that root alone", async (t) => {
  const { file, folder, mkdir } = scratch(t, tmpdir());
  file("etc/name", "image\n");
  execFileSync("/bin/sh", ["-euc", copyPrograms, "sh", folder]);
  mkdir("work");
  const host = realHost(path(folder));
  const result = await host.commands.run({
    program: "sh",
    args: ["-c", "pwd; cat /etc/name"],
    cwd: path("/work"),
    insideRoot: true,
    timeoutMs: 5000,
  });
  t.match(result, { exitCode: 0, stdout: "/work\nimage\n" });
});

t.test("on a read-only host only commands that look are run, and every write is refused", async (t) => {
  const { folder, file } = scratch(t);
  file("file", "x");
  const host = readOnlyHost(realHost(path(folder)));
  const files = host.files();
  const entry = files.entry(path("/file"))!;
  const rights = { mode: 0o600, uid: 0, gid: 0 };
  const writes = [
    () => {
      files.write(path("/file"), Buffer.from("y"), rights);
    },
    () => {
      files.createFolder(path("/d"), rights);
    },
    () => {
      files.createLink(path("/l"), "x", rights);
    },
    () => {
      files.setOwner(path("/file"), entry, rights);
    },
    () => {
      files.setMode(path("/file"), entry, 0o777);
    },
    () => {
      files.remove(path("/file"));
    },
    () => {
      files.removeFolder(path("/file"));
    },
  ];
  for (const write of writes) t.throws(write, { code: "host-read-only" });
  t.equal(files.read(path("/file"))?.toString(), "x");
  const run = (program: string, ...args: string[]): Promise<unknown> =>
    host.commands.run({ program, args, timeoutMs: 5000 });
  await t.resolveMatch(run("getent", "passwd", "root"), { exitCode: 0 });
  await t.resolveMatch(run("ldconfig", "-p"), { exitCode: 0 });
  for (const [program = "", ...args] of [
    ["ldconfig"],
    ["ldconfig", "-p", "-r", "/x"],
    ["sh", "-c", "true"],
    ["useradd", "x"],
    ["ld.so", "/bin/sh"],
    ["systemctl", "restart", "x"],
  ]) {
    await t.rejects(run(program, ...args), { code: "host-command-refused" }, [program, ...args].join(" "));
  }
});

t.test("a host that is only looked at is asked as another user, who does nothing else", async (t) => {
  const host = readOnlyHost(realHost(path("/")));
  const as = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];
  const run = (...words: readonly string[]) =>
    host.commands.run({ program: "setpriv", args: [...as, ...words], timeoutMs: 10_000 });
  await t.resolves(run("/usr/bin/test", "-r", "/etc/passwd"));
  for (const words of [
    ["/usr/bin/touch", "/tmp/x"],
    ["/usr/bin/test", "-e", "/etc/passwd"],
    ["sh", "-c", "/usr/bin/test -r /"],
  ])
    await t.rejects(run(...words), { code: "host-command-refused" }, words.join(" "));
});
