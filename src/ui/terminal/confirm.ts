import { createInterface } from "node:readline";
import { isatty } from "node:tty";
import { spoken, yesWords } from "../../language/spoken.js";
import { Problem } from "../../problem/problem.js";
import type { Output } from "./output.js";

/**
 * Whether there is somebody who can see what will happen and answer: standard input, output and error are
 * terminals.
 */
export function canAsk({ json, terminal, width }: Output): boolean {
  return !json && terminal && width !== undefined && isatty(0);
}

/**
 * Asks on standard error; only y, yes and the language's own words mean yes, and end of input means no.
 * Throws `interrupted` if the signal aborts.
 */
export async function confirm(
  question: string,
  signal: AbortSignal,
  streams: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<boolean> {
  const yes = yesWords();
  // not as a terminal: Ctrl-C then stays a signal, which the program knows how to handle
  const lines = createInterface({ ...streams, terminal: false });
  try {
    return await new Promise<boolean>((resolve, reject) => {
      let isAnswered = false;
      // what is said next begins a line of its own, as after an answer
      const endLine = (): void => {
        if (!isAnswered) streams.output.write("\n");
        isAnswered = true;
      };
      const interrupted = (): void => {
        endLine();
        reject(new Problem("interrupted", "interrupted by a signal before the answer"));
      };
      signal.addEventListener("abort", interrupted, { once: true });
      lines.once("line", (answer) => {
        isAnswered = true;
        resolve(["y", "yes", ...yes.words].includes(answer.trim().toLowerCase()));
      });
      lines.once("close", () => {
        endLine();
        resolve(false);
      });
      streams.output.write(`${spoken(question)} [${yes.letter}/N] `);
      if (signal.aborted) interrupted();
    });
  } finally {
    lines.close();
  }
}
