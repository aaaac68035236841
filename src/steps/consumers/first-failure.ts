import type { ConsumerProof, ProofCommand } from "../../consumers/consumer.js";
import { shellWord } from "../../formats/text/shell-word.js";
import type { CommandResult } from "../../host/commands/command.js";
import type { RunCommand } from "./run-proof.js";

/** The command of a proof that failed. */
export interface Failure {
  readonly does: string;
  /** For people: what was run, how it ended, and the last that it said. */
  readonly said: string;
}

/** Runs a proof's commands up to the first that fails. `secrets` are struck from what is shown of it. */
export async function firstFailure(
  { commands }: Pick<ConsumerProof, "commands">,
  run: RunCommand,
  secrets: readonly string[],
): Promise<Failure | undefined> {
  for (const command of commands) {
    const result = await run(command);
    const output = `${result.stdout}\n${result.stderr}`;
    const isShown = (command.shows ?? []).every((pattern) => pattern.test(output));
    if (result.exitCode === 0 && isShown) continue;
    const said = [shownLine(command), howItEnded(result), lastWords(output, secrets)];
    return { does: command.does, said: said.filter((part) => part !== "").join("\n") };
  }
  return undefined;
}

/** Of a line that is to be copied: a URI is shorter, a file's text is not. */
const longestWord = 400;

/** To be read, and where it is short to be copied; a script or a file in it is left out. */
function shownLine({ line, shown = line }: Pick<ProofCommand, "line" | "shown">): string {
  return shown
    .map((word) => (word.length > longestWord || word.includes("\n") ? "…" : shellWord(word)))
    .join(" ");
}

function howItEnded({ exitCode, signal, timedOut, ms }: CommandResult): string {
  if (timedOut) return `it was ended after ${Math.round(ms / 1000)} s`;
  if (exitCode === 0) return "it succeeded, but did not show what it should";
  return exitCode === null ? `it was ended by ${signal ?? "a signal"}` : `it ended with ${exitCode}`;
}

const linesShown = 12;

/** The end of what it said, without any PIN: a client may print what it was given. */
function lastWords(output: string, secrets: readonly string[]): string {
  const said = output
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-linesShown)
    .join("\n");
  return secrets.reduce((text, secret) => (secret === "" ? text : text.replaceAll(secret, "<PIN>")), said);
}
