import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { SetupFailure } from "./failure.mjs";

/**
 * Runs a program to its end; resolves to `{ code, output }`, output being both streams in the order of
 * writing.
 */
export async function quiet(program, args, options = {}) {
  const command = [program, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  // one pipe for both streams, so that an error appears beside what led to it
  const child = spawn("/bin/sh", ["-c", `${command} 2>&1`], {
    ...options,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve, reject) => {
    child.once("error", ({ message }) => reject(new SetupFailure(`${program} could not be run: ${message}`)));
    child.once("exit", (code) => resolve(code ?? 1));
  });
  const [code, output] = await Promise.all([ended, text(child.stdout)]);
  return { code, output: output.trimEnd() };
}

/**
 * Runs a program on this terminal and resolves to its exit code; a signal counts as 128 + its number, as in a
 * shell.
 */
export function shown(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", ...options });
    // the terminal sends Ctrl-C to the child as well: let it clean up and leave first
    const wait = () => {};
    process.on("SIGINT", wait);
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.on("error", (error) => reject(new SetupFailure(`${program} could not be run: ${error.message}`)));
    child.on("exit", (code, signal) => {
      process.off("SIGINT", wait);
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}

/** The end of a long output, where what matters usually is. */
export const lastLines = (text, count = 25) => text.split("\n").slice(-count).join("\n");
