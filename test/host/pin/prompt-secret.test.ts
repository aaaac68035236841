import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import t, { test } from "tap";
import { bundle } from "../../support/bundle.js";

const folder = mkdtempSync(join(tmpdir(), "prompt-"));
const program = join(folder, "ask.mjs");
const answer = join(folder, "answer");
writeFileSync(
  program,
  bundle(`
    import { writeFileSync } from "node:fs";
    import { readPin } from "../../src/host/pin/read-pin.js";
    const told = await readPin({ from: "prompt" }, { user: "ca_signer" }).then(
      ({ pin }) => "pin " + pin.reveal(),
      (error) => "error " + error.code,
    );
    writeFileSync(${JSON.stringify(answer)}, told);
  `),
);
t.teardown(() => {
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Types on a terminal of its own (script(1)) once the prompt is there; gives what the terminal showed, and
 * its settings at the end.
 */
async function typed(keys: string): Promise<{ shown: string; told: string }> {
  const child = spawn("script", ["-qec", `${process.execPath} ${program}; stty -a`, "/dev/null"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdout.on("data", (chunk: Buffer) => {
    if (chunk.includes("PIN of")) child.stdin.write(keys);
  });
  const shown = await text(child.stdout);
  child.stdin.destroy();
  return { shown, told: readFileSync(answer, "utf8") };
}

test("a PIN is asked for without echo, can be corrected, and the terminal is put back", async (t) => {
  const { shown, told } = await typed("wrong\u0015pin-ä7x\u007f\r");
  t.equal(told, "pin pin-ä7");
  t.match(shown, /PIN of ca_signer: /);
  t.notMatch(shown, /wrong|pin-/);
  t.match(shown, /[^-]icanon[^]*[^-]echo /, "echo and line editing are on again");
});

test("Ctrl-C ends the question, and the terminal is put back", async (t) => {
  const { shown, told } = await typed("pin-half\u0003");
  t.equal(told, "error interrupted");
  t.notMatch(shown, "pin-half");
  t.match(shown, /[^-]icanon[^]*[^-]echo /);
});

test("no terminal is a clear error", async (t) => {
  const child = spawn("setsid", ["--wait", process.execPath, program], { stdio: "ignore" });
  await new Promise((resolve) => child.once("exit", resolve));
  t.equal(readFileSync(answer, "utf8"), "error pin-no-terminal");
});
