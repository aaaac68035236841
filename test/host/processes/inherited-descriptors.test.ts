import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Worker } from "node:worker_threads";
import t, { test } from "tap";
import { isHandedOver, openDescriptors } from "../../../src/host/processes/inherited-descriptors.js";
import { knetctlScript } from "../../support/knetctl.js";

const folder = mkdtempSync(join(tmpdir(), "descriptors-"));
t.teardown(() => {
  rmSync(folder, { recursive: true, force: true });
});
// a byte that no PIN may hold shows that it was read, and ends the program there
writeFileSync(join(folder, "marked"), "a\0b", { mode: 0o600 });

/**
 * What `smoke` says of a PIN from descriptor N, started by a line of bash(1) in which `"$@"` is the program.
 */
async function codeOf(descriptor: number, line = '"$@"'): Promise<string | undefined> {
  const command = [
    process.execPath,
    knetctlScript,
    "smoke",
    "--json",
    "--module",
    "/nonexistent/module.so",
    "--pin-file",
    `/dev/fd/${descriptor}`,
  ];
  // what this test was itself given is no descriptor of the program
  const closed = 'for fd in /proc/self/fd/*; do fd=${fd##*/}; [ $fd -lt 3 ] || eval "exec $fd>&-"; done';
  const child = spawn("bash", ["-c", `${closed}; ${line}`, "bash", ...command], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"] },
    timeout: 20_000,
  });
  const { problems } = JSON.parse(await text(child.stdout)) as { problems: readonly { code: string }[] };
  return problems[0]?.code;
}

test("no descriptor that was not handed over is read, Node's own least of all", async (t) => {
  for (let descriptor = 3; descriptor < 32; descriptor += 1)
    t.equal(await codeOf(descriptor), "pin-descriptor-unreadable", `descriptor ${descriptor}`);
});

test("what was handed over is read: at once, behind a gap, from a file and from a pipe", async (t) => {
  t.equal(await codeOf(3, '"$@" 3<marked'), "pin-nul");
  t.equal(await codeOf(12, '"$@" 12< <(cat marked)'), "pin-nul");
  t.equal(await codeOf(21, '"$@" 21<marked'), "pin-nul");
  t.equal(await codeOf(100, '"$@" 100< <(cat marked)'), "pin-nul");
});

test("a pipe that never ends, for the program holds its writing end too, is not waited for", async (t) => {
  for (const descriptor of [7, 30])
    t.equal(
      await codeOf(descriptor, `mkfifo fifo${descriptor}; "$@" ${descriptor}<>fifo${descriptor}`),
      "pin-descriptor-unreadable",
    );
});

test("a number that was opened again later is not what was handed over", (t) => {
  const descriptor = openSync(join(folder, "marked"), "r");
  const atStart = openDescriptors();
  t.equal(isHandedOver(descriptor, atStart), true);
  closeSync(descriptor);
  t.equal(isHandedOver(descriptor, atStart), false);
  const again = openSync("/dev/null", "r");
  t.equal(again, descriptor);
  t.equal(isHandedOver(descriptor, atStart), false);
  closeSync(again);
  t.end();
});

test("a thread that opens and closes files meanwhile does not get in the way", async (t) => {
  const busy = new Worker("const fs = require('fs'); for (;;) fs.closeSync(fs.openSync('/dev/null'));", {
    eval: true,
  });
  try {
    await once(busy, "online");
    const module = "../../../src/host/processes/inherited-descriptors.js";
    // each is a new one, which has not looked yet
    for (let fresh = 0; fresh < 300; fresh++) {
      const { descriptorsPassedOn } = (await import(`${module}?${fresh}`)) as {
        descriptorsPassedOn: () => readonly number[];
      };
      if (!Array.isArray(descriptorsPassedOn())) t.fail("no list");
    }
  } finally {
    await busy.terminate();
  }
});
