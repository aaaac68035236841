import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { test } from "tap";
import { newProcessGroup } from "../../../src/host/processes/own-group.js";
import { processMark } from "../../../src/host/processes/process-mark.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { eventually, processesWith } from "../../support/processes.js";

await ensureSandbox(import.meta.filename);
const groups = "/sys/fs/cgroup";
execFileSync("mount", ["-t", "cgroup2", "cgroup2", groups]);
const ours = (): readonly string[] => readdirSync(groups).filter((name) => name.includes(processMark()));

test("what left its session and its parent ends with the group", async (t) => {
  const group = newProcessGroup();
  if (group === undefined) throw new Error("there is no control group");
  const seconds = `${process.pid}.5`;
  const [program, ...args]: readonly string[] = [
    ...group.words,
    "/bin/sh",
    "-c",
    `setsid sleep ${seconds} & echo started`,
  ];
  const child = spawn(program ?? "", args, { env: {}, stdio: ["ignore", "pipe", "ignore"], detached: true });
  await once(child.stdout, "data");
  t.ok(await eventually(() => processesWith(`sleep ${seconds}`).length > 0));
  await group.end();
  t.ok(await eventually(() => processesWith(`sleep ${seconds}`).length === 0));
  t.strictSame(ours(), [], "and nothing is left of it");
});

test("the group of a process that was killed is removed, and that of one that lives is not", async (t) => {
  const [namespace = ""] = processMark().split("-");
  // the first process, which lives as long as this test, and did not begin with the machine in a container
  const start = /\) \S(?: \S+){18} (\d+)/.exec(readFileSync("/proc/1/stat", "latin1"))?.[1] ?? "";
  const ended = `${groups}/knetctl-${namespace}-4194303-1-0f`;
  const used = `${groups}/knetctl-${namespace}-1-${start}-0f`;
  for (const folder of [ended, used]) mkdirSync(folder);
  await newProcessGroup()?.end();
  t.strictSame([existsSync(ended), existsSync(used)], [false, true]);
  execFileSync("rmdir", [used]);
});

test("where there are no control groups, there is none", async (t) => {
  execFileSync("umount", [groups]);
  t.equal(newProcessGroup(), undefined);
});
