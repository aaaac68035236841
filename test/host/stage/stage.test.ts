import t from "tap";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import type { Command } from "../../../src/host/commands/command.js";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { openStage, type Stage } from "../../../src/host/stage/stage.js";
import { Problem } from "../../../src/problem/problem.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { problemOf } from "../../support/install-stage.js";
import { processesWith } from "../../support/processes.js";
import { scratch } from "../../support/scratch.js";

await ensureSandbox(import.meta.filename);

const rights = { mode: 0o640, uid: 0, gid: 0 };

async function said(stage: Stage, script: string, more: Partial<Command> = {}): Promise<string> {
  const { stdout, stderr } = await stage.host.commands.run({
    program: "sh",
    args: ["-c", script],
    timeoutMs: 10_000,
    ...more,
  });
  return stdout + stderr;
}

t.test("files and commands of a stage work on it, and this machine sees nothing of that", async (t) => {
  const host = realHost(path("/"));
  const before = {
    mounts: readFileSync("/proc/self/mountinfo", "utf8"),
    state: existsSync("/var/lib/knetctl"),
  };
  const stage = await openStage(host);
  stage.host.files().write(path("/etc/kn-staged"), Buffer.from("one"), rights);
  t.equal(await said(stage, "cat kn-staged; rm /usr/lib/os-release", { cwd: path("/etc") }), "one");
  t.equal(stage.host.files().entry(path("/usr/lib/os-release")), undefined);
  t.equal(await said(stage, "ls -A /var/lib/knetctl"), "", "where the layers lie is not seen inside");
  const own = readlinkSync("/proc/self/ns/pid");
  t.not(await said(stage, "printf %s $(readlink /proc/self/ns/pid)"), own, "it has processes of its own");
  t.same(
    stage.layers.map(({ covers, upper }) => [covers, readdirSync(upper).sort()]).find(([c]) => c === "/"),
    ["/", ["etc", "usr"]],
    "the upper layer holds what was made and removed",
  );
  t.notOk(existsSync("/etc/kn-staged"));
  t.ok(existsSync("/usr/lib/os-release"));
  await stage.close();
  await stage.close();
  t.same(
    { mounts: readFileSync("/proc/self/mountinfo", "utf8"), state: existsSync("/var/lib/knetctl") },
    before,
  );
});

t.test("a command line behind `enter` runs in the stage, and ends with it", async (t) => {
  const stage = await openStage(realHost(path("/")));
  t.teardown(() => stage.close());
  const [program = "", ...words] = stage.host.enter.words;
  const { startChild } = await import("../../../src/host/commands/start-child.js");
  const child = startChild(program, [...words, "/bin/sleep", "1000"], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  const ended = new Promise((resolve) =>
    child.once("exit", (_, signal) => {
      resolve(signal);
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  await stage.close();
  t.equal(await ended, "SIGKILL");
});

t.test("a stage of --root shows programs of this machine the image as it is staged", async (t) => {
  const { folder } = scratch(t);
  const host = realHost(path(folder));
  host.files().createFolder(path("/etc"), { ...rights, mode: 0o755 });
  host.files().write(path("/etc/file"), Buffer.from("old"), rights);
  const stage = await openStage(host);
  stage.host.files().write(path("/etc/file"), Buffer.from("new"), rights);
  t.equal(await said(stage, `cat ${folder}/etc/file; cat file`, { cwd: path("/etc") }), "newnew");
  t.equal(readFileSync(`${folder}/etc/file`, "utf8"), "old");
  t.same(
    stage.layers.map(({ covers }) => covers),
    ["/"],
  );
  await stage.close();
  t.equal(readFileSync(`${folder}/etc/file`, "utf8"), "old");
});

t.test("a disk on which the stage's own folders find no place is named, with what to do", async (t) => {
  const state = "/var/lib/knetctl";
  mkdirSync(state, { mode: 0o700 });
  t.teardown(() => execFileSync("umount", ["-l", state]));
  for (const inodes of [3, 4, 5]) {
    // itself, the stage's folder, and some of what is made in that
    execFileSync("mount", ["-t", "tmpfs", "-o", `mode=0700,nr_inodes=${inodes}`, "small", state]);
    const problem = await problemOf(openStage(realHost(path("/"))));
    t.match(problem, { code: "host-no-space", hint: /free space/ });
    t.match(problem.where?.path, /^\/var\/lib\/knetctl\/stage-/);
    t.same(readdirSync(state), []);
    if (inodes < 5) execFileSync("umount", [state]);
  }
});

t.test("a stage that a full disk keeps from being opened leaves no process, wherever that is", async (t) => {
  const state = "/var/lib/knetctl";
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const host = realHost(path(scratch(t).folder));
  const places: string[] = [];
  let isOpen = false;
  for (let inodes = 3; !isOpen; inodes++) {
    execFileSync("mount", ["-t", "tmpfs", "-o", `mode=0700,nr_inodes=${inodes}`, "small", state]);
    try {
      const stage = await openStage(host);
      isOpen = true;
      await stage.close();
    } catch (error) {
      places.push((error instanceof Problem ? error.where?.path : undefined) ?? String(error));
    }
    t.same(processesWith(`${state}/stage-`), [], `with ${inodes} files`);
    execFileSync("umount", ["-l", state]);
  }
  // what is made last of all, when the stage's processes are there
  t.match(places.at(-1), /\/now-[0-9a-f]+$/);
});
