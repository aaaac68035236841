import { readdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { test } from "tap";
import { path } from "../../../src/host/path.js";
import { startHolder } from "../../../src/host/stage/holder.js";

/** A holder that says what this shell says. */
const saying = (script: string, signal?: AbortSignal) =>
  startHolder(path("/bin/sh"), ["-c", script], path("/"), signal);

const openCount = (): number => readdirSync("/proc/self/fd").length;

test("where a part of the stage cannot be opened, what was opened before is closed", async (t) => {
  // its root is this machine's, where there is no /stage
  const isRefused = () =>
    t.rejects(saying('echo stage system; echo "ready $$ /"; exec sleep 60'), {
      code: "stage-failed",
      detail: /^ENOENT: .*\/root\/stage\/\.'$/,
    });
  // Node opens something for the first program that it starts
  await isRefused();
  await setTimeout(100);
  const before = openCount();
  await isRefused();
  // its streams are closed a moment after its end
  for (let tries = 0; tries < 500 && openCount() > before; tries++) await setTimeout(10);
  t.ok(openCount() <= before);
});

test("a holder that is gone because of the signal ends with the signal's reason", async (t) => {
  const reason = new Error("Ctrl-C");
  const asked = new AbortController();
  const holder = saying("echo ready 4194305 /; exec sleep 60", asked.signal);
  asked.abort(reason);
  await t.rejects(holder, reason);
});

test("one that ends without being ready has said why", async (t) => {
  await t.rejects(saying("echo stage overlay; echo no such thing >&2; exit 1"), { code: /^stage-/ });
});
