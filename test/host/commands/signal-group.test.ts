import { once } from "node:events";
import { test } from "tap";
import { signalGroup, signalRunningGroup } from "../../../src/host/commands/signal-group.js";
import { startChild } from "../../../src/host/commands/start-child.js";

/** Whatever this process has. */
const env = { PATH: "/usr/bin:/bin" };
const shell = (script: string) =>
  startChild("/bin/sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"], detached: true, env });

test("a signal reaches what the child started too: nothing holds its output", async (t) => {
  for (const signal of [signalGroup, signalRunningGroup]) {
    const child = shell("sleep 60 & echo begun; wait");
    await once(child.stdout!, "data");
    signal(child, "SIGKILL");
    t.strictSame(await once(child, "close"), [null, "SIGKILL"], signal.name);
  }
});

test("what a child left is signalled after its end only where that is meant", async (t) => {
  const child = shell("sleep 60 & echo begun");
  child.stdout?.resume();
  let closed = false;
  const close = once(child, "close").then(() => {
    closed = true;
  });
  await once(child, "exit");
  signalRunningGroup(child, "SIGKILL");
  t.doesNotThrow(() => process.kill(-child.pid!, 0), "what it left still runs");
  t.notOk(closed);
  signalGroup(child, "SIGKILL");
  await close;
  t.ok(closed);
});

test("an empty group, and a child that never began, are no error", async (t) => {
  const child = shell("true");
  child.stdout?.resume();
  await once(child, "close");
  t.doesNotThrow(() => {
    signalGroup(child, "SIGTERM");
  });
  const never = startChild("/nowhere", [], { stdio: ["ignore"], detached: true });
  await once(never, "error");
  t.doesNotThrow(() => {
    signalGroup(never, "SIGTERM");
  });
});
