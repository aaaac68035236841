import { runCommandLine } from "../../src/commands/command-line/command-line.js";
import { exitCodes } from "../../src/problem/exit-codes.js";

/**
 * The words of each call of knetctl in a shell snippet, as the shell would hand them over: comments,
 * redirections, and what follows a pipe or `||` left out.
 */
export function knetctlCalls(shell: string): readonly (readonly string[])[] {
  return shell
    .split("\n")
    .map((line) => line.replace(/^\s*(?:sudo )?/, ""))
    .filter((line) => line.startsWith("knetctl "))
    .map((line) =>
      line
        .replace(/\s+(?:#.*|\|.*|\d*[<>].*)$/, "")
        .split(/\s+/)
        .slice(1),
    );
}

/** What the program's own command line has against these words; undefined: nothing. Runs nothing. */
export async function refusal(words: readonly string[]): Promise<string | undefined> {
  const named: string[] = [];
  try {
    await runCommandLine({
      args: words,
      workingFolder: "/",
      version: "0.0.0",
      run: () => {
        named.push("a verb");
        return Promise.resolve(exitCodes.done);
      },
      print: (text) => {
        named.push(text);
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return named.length > 0 ? undefined : "it runs nothing";
}
