import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { test } from "tap";
import { askChild } from "../../../src/host/commands/start-child.js";
import { bundle } from "../../support/bundle.js";

const folder = mkdtempSync(join(tmpdir(), "start-child-"));
t.teardown(() => {
  rmSync(folder, { recursive: true, force: true });
});
const secret = join(folder, "secret");
writeFileSync(secret, "secret", { mode: 0o600 });
const list = join(folder, "list");
writeFileSync(list, '#!/bin/sh\nfor fd in /proc/$$/fd/*; do echo "${fd##*/} $(readlink "$fd")"; done\n', {
  mode: 0o755,
});

/**
 * What each kind of child has open, and what is then read from descriptor 100, when the program is started
 * with these descriptors.
 */
function reached(): Readonly<Record<"command" | "asked" | "plain" | "own", string>> {
  const program = join(folder, "program.mjs");
  writeFileSync(
    program,
    bundle(`
    import { readFileSync } from "node:fs";
    import { text } from "node:stream/consumers";
    import { path } from "../../src/host/path.js";
    import { realHost } from "../../src/host/real-host.js";
    import { askChild, startChild } from "../../src/host/commands/start-child.js";
    const program = ${JSON.stringify(list)};
    const shell = { program: "/bin/sh", args: ["-c", program], timeoutMs: 5000 };
    const command = (await realHost(path("/")).commands.run(shell)).stdout;
    const asked = askChild(program, [], { env: {}, timeoutMs: 5000 }).stdout;
    const stdio = ["ignore", "pipe", "ignore", "ignore", 100];
    const plain = await text(startChild(program, [], { stdio }).stdout);
    console.log(JSON.stringify({ command, asked, plain, own: readFileSync(100, "utf8") }));
  `),
  );
  const opened = 'exec 7<"$0" 16<"$0" 17<"$0" 21<"$0" 100<"$0" 200<>"$0" 1500<"$0"; exec "$@"';
  return JSON.parse(
    execFileSync("bash", ["-c", opened, secret, process.execPath, program], { encoding: "utf8" }),
  ) as ReturnType<typeof reached>;
}

test("no child gets what whoever started us left open, but what it is given; we keep it", (t) => {
  const { command, asked, plain, own } = reached();
  for (const listed of [command, asked]) {
    t.match(listed, /^0 \/dev\/null$/m, "it was listed");
    t.notMatch(listed, secret);
  }
  t.strictSame(plain.match(/^\d+ .*secret$/gm), [`4 ${secret}`]);
  t.equal(own, "secret");
  t.end();
});

test("where no descriptors are left for a child's pipes, that is a problem and no crash", (t) => {
  const program = join(folder, "full.mjs");
  writeFileSync(
    program,
    bundle(`
    import { closeSync, openSync } from "node:fs";
    import { startChild } from "../../src/host/commands/start-child.js";
    const told = new Set();
    for (let left = 0; left < 20; left++) {
      const held = [];
      try { for (;;) held.push(openSync("/dev/null", "r")); } catch { /* all are taken */ }
      for (const descriptor of held.splice(held.length - left)) closeSync(descriptor);
      try {
        const child = startChild("/bin/true", [], { stdio: ["ignore", "pipe", "pipe"] });
        told.add(
          await new Promise((resolve) => {
            child.once("exit", () => resolve("started")).once("error", resolve);
          }),
        );
      } catch (error) {
        told.add(error.code);
      }
      for (const descriptor of held) closeSync(descriptor);
    }
    console.log(JSON.stringify([...told].sort()));
  `),
  );
  const printed = execFileSync("prlimit", ["--nofile=1024", process.execPath, program], { encoding: "utf8" });
  t.strictSame(JSON.parse(printed), ["host-input-output", "started"]);
  t.end();
});

test("where /proc does not tell what was left open for us, no child is started: it would get that", (t) => {
  for (const hidden of ["/proc", "/proc/$$/fd", "/proc/$$/fdinfo"]) {
    const line = `exec 200<"$0"; mount -t tmpfs none ${hidden} && exec "$@"`;
    const { stdout } = spawnSync(
      "unshare",
      ["-m", "bash", "-c", line, secret, process.execPath, toldBy("blind")],
      { encoding: "utf8" },
    );
    t.match(
      JSON.parse(stdout),
      { code: "host-no-proc", where: { path: "/proc/self/fd" }, hint: /mount -t proc/ },
      hidden,
    );
  }
  t.end();
});

test("a descriptor above the limit of open files, which none can replace, is named with a hint", (t) => {
  const { stdout } = spawnSync(
    "bash",
    ["-c", 'exec 900<"$0"; ulimit -n 512; exec "$@"', secret, process.execPath, toldBy("above")],
    { encoding: "utf8" },
  );
  t.match(JSON.parse(stdout), {
    code: "host-input-output",
    title: /^descriptor 900/,
    detail: /512 files/,
    hint: /900<&-/,
  });
  t.end();
});

/** A program that prints the Problem with which a child is not started. */
function toldBy(name: string): string {
  const program = join(folder, `${name}.mjs`);
  writeFileSync(
    program,
    bundle(`
    import { startChild } from "../../src/host/commands/start-child.js";
    try {
      startChild("/bin/true", [], { stdio: ["ignore"] })
        .once("exit", () => console.log('"started"'))
        .once("error", ({ code }) => console.log(JSON.stringify(code)));
    } catch (error) {
      console.log(JSON.stringify(error));
    }
  `),
  );
  return program;
}

test("a program that cannot be started has printed nothing", (t) => {
  const { error, status, stdout, stderr } = askChild("/nowhere/program", [], { env: {}, timeoutMs: 5000 });
  t.match(
    { error, status, stdout, stderr },
    { error: { code: "ENOENT" }, status: null, stdout: "", stderr: "" },
  );
  t.end();
});

test("what is sent to our process group does not reach a program that is asked", (t) => {
  const { stdout } = askChild("/bin/sh", ["-c", "cut -d ' ' -f 5 /proc/$$/stat; echo $$"], {
    env: { PATH: "/usr/bin:/bin" },
    timeoutMs: 5000,
  });
  const [group, pid] = stdout.trim().split("\n");
  t.equal(group, pid, "it leads a group of its own");
  t.end();
});

test("what a terminal sends in the moment in which a child is started ends no child", (t) => {
  const program = join(folder, "hung-up.mjs");
  writeFileSync(
    program,
    bundle(`
    import { spawn } from "node:child_process";
    import { askChild, startChild } from "../../src/host/commands/start-child.js";
    process.on("SIGHUP", () => undefined);
    const storm = "while kill -s HUP -- -" + process.pid + " 2>/dev/null; do sleep 0.002; done";
    const sender = spawn("/bin/sh", ["-c", storm], { detached: true, stdio: "ignore" });
    const signals = [];
    for (let count = 0; count < 300; count++) {
      const child = startChild("/bin/true", [], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
      signals.push(await new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal))));
      if (count % 10 === 0) signals.push(askChild("/bin/true", [], { env: {}, timeoutMs: 5000 }).signal);
    }
    sender.kill("SIGKILL");
    console.log(JSON.stringify(signals.filter((signal) => signal !== null)));
  `),
  );
  t.strictSame(
    JSON.parse(execFileSync("setsid", ["--wait", process.execPath, program], { encoding: "utf8" })),
    [],
  );
  t.end();
});

test("a child that a terminal's signal ended before it began, and an abort, end nothing else", (t) => {
  const program = join(folder, "storm.mjs");
  writeFileSync(
    program,
    bundle(`
    import { spawn } from "node:child_process";
    import { startChild } from "../../src/host/commands/start-child.js";
    process.on("SIGINT", () => undefined);
    // not without end: with a processor of its own it would keep this process from all else
    const press = "while kill -INT -$1 && kill -INT -$1 && kill -INT -$1; do sleep 0.001; done 2>/dev/null";
    const storm = spawn("setsid", ["sh", "-c", press, "sh", process.pid], { stdio: "ignore" });
    const controller = new AbortController();
    controller.abort();
    const { signal } = controller;
    let ended = 0;
    for (let round = 0; round < 60; round++) {
      const child = startChild("/bin/true", [], { stdio: ["ignore"], detached: true, signal });
      await new Promise((resolve) => child.once("error", resolve).once("exit", resolve));
      ended++;
    }
    storm.kill("SIGKILL");
    console.log(ended);
    process.exit();
  `),
  );
  // in a group of its own
  const { stdout, stderr } = spawnSync("setsid", ["--wait", process.execPath, program], { encoding: "utf8" });
  t.equal(stdout, "60\n", stderr);
  t.end();
});
