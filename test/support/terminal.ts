import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { knetctlScript } from "./knetctl.js";

/** A program on a pseudo terminal of its own, and somebody who reads what it shows and types. */
export interface Terminal {
  /** Waits until this text is shown, after what was waited for before. */
  readonly shows: (text: string) => Promise<void>;
  readonly type: (keys: string) => void;
  /** Everything that was shown, without the terminal's own sequences. */
  readonly shown: () => string;
  readonly exitCode: Promise<number | null>;
}

export const keys = {
  enter: "\r",
  escape: "\u001b",
  up: "\u001b[A",
  down: "\u001b[B",
  f1: "\u001bOP",
  clearLine: "\u0015",
  interrupt: "\u0003",
} as const;

const patienceMs = 60_000;
/** A prompt is drawn before its keys are read. */
const settleMs = 60;

/** Runs knetctl on a terminal. `shows` fails when the text does not come. */
export function onTerminal(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Terminal {
  const line = [process.execPath, knetctlScript, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const child = spawn("script", ["-qefc", line.join(" "), "/dev/null"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOME: "/root",
      TERM: "xterm",
      LANG: "C.UTF-8",
      NO_COLOR: "1",
      ...environment,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let all = "";
  let from = 0;
  let look = (): void => undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    all += stripVTControlCharacters(text);
    look();
  });
  const exitCode = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return {
    shows: async (text) => {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`not shown: ${text}\n--- after ---\n${all.slice(from)}`));
        }, patienceMs);
        look = () => {
          const at = all.indexOf(text, from);
          if (at < 0) return;
          from = at + text.length;
          clearTimeout(timer);
          look = () => undefined;
          resolve();
        };
        look();
      });
      await new Promise((resolve) => setTimeout(resolve, settleMs));
    },
    type: (typed) => {
      child.stdin.write(typed);
    },
    shown: () => all,
    exitCode,
  };
}
