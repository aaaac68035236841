import { closeSync, constants, openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { Problem } from "../../problem/problem.js";

const [interrupt, endOfInput, eraseLine, quit] = ["\u0003", "\u0004", "\u0015", "\u001c"];

/**
 * Asks on the controlling terminal, without echo, and returns what was typed before Enter. The terminal is
 * restored however this ends. Throws `pin-no-terminal` without one, and `interrupted` on Ctrl-C or when
 * `signal` aborts.
 */
export async function promptSecret(question: string, signal?: AbortSignal): Promise<Buffer> {
  const descriptor = openTerminal();
  const terminal = new ReadStream(descriptor);
  const restore = (): void => {
    terminal.setRawMode(false);
  };
  process.once("exit", restore);
  try {
    terminal.setRawMode(true);
    writeTerminal(`${question}: `);
    return await typedLine(terminal, signal);
  } finally {
    restore();
    process.removeListener("exit", restore);
    writeTerminal("\n");
    terminal.destroy();
  }
}

function openTerminal(): number {
  try {
    return openSync("/dev/tty", constants.O_RDWR | constants.O_NOCTTY);
  } catch (cause) {
    throw new Problem("pin-no-terminal", "there is no terminal to ask for the PIN on", {
      cause,
      hint: "give the PIN by a file, a descriptor or a systemd credential",
    });
  }
}

function writeTerminal(text: string): void {
  const descriptor = openSync("/dev/tty", constants.O_WRONLY | constants.O_NOCTTY);
  try {
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

function typedLine(terminal: ReadStream, signal: AbortSignal | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let typed: readonly string[] = [];
    const interrupted = (): void => {
      reject(new Problem("interrupted", "interrupted while asking for a PIN"));
    };
    signal?.addEventListener("abort", interrupted, { once: true });
    if (signal?.aborted === true) interrupted();
    terminal.setEncoding("utf8");
    terminal.once("end", interrupted);
    terminal.once("error", interrupted);
    terminal.on("data", (keys: Buffer | string) => {
      for (const key of String(keys)) {
        if (key === interrupt || key === quit || key === endOfInput) interrupted();
        else if (key === "\r" || key === "\n") resolve(Buffer.from(typed.join("")));
        else typed = edited(typed, key);
      }
    });
  });
}

function edited(typed: readonly string[], key: string): readonly string[] {
  if (key === eraseLine) return [];
  return key === "\u007f" || key === "\b" ? typed.slice(0, -1) : [...typed, key];
}
