import { setTimeout as delay } from "node:timers/promises";
import { exitCodes, type ExitCode } from "../../problem/exit-codes.js";
import type { CommandContext } from "../command.js";
import { probeJson, type Round } from "./probe-json.js";
import { probeTable, problemLines } from "./probe-text.js";

const [home, eraseLineEnd, eraseBelow] = ["\u001b[H", "\u001b[K", "\u001b[J"];

/** Round after round until a signal: drawn over the last one on a terminal, one line of JSON a round elsewhere. */
export async function watch(round: () => Promise<Round>, { interval }: { readonly interval: number }, context: CommandContext): Promise<ExitCode> {
  const { signal } = context;
  while (!signal.aborted) {
    const done = await round();
    // what a signal cut short would be told as timed out
    if (ended(signal)) break;
    draw(done, interval, context);
    await delay(Math.max(0, interval * 1000 - done.ms), undefined, { signal }).catch(() => undefined);
  }
  return exitCodes.done;
}

function ended({ aborted }: AbortSignal): boolean {
  return aborted;
}

function draw(round: Round, interval: number, { output }: CommandContext): void {
  if (output.json || !output.terminal || output.width === undefined) {
    output.result(JSON.stringify(probeJson(round)));
    return;
  }
  const { style } = output;
  const head = style.dim(`${round.began.toISOString().slice(0, 19).replace("T", " ")} UTC, every ${interval} s, Ctrl-C ends it`);
  const faults = round.problems.map(({ message }) => style.red(message));
  output.result(drawnOver([head, probeTable(round.probed, style), "", ...problemLines(round.probed, style), ...faults].join("\n")));
}

/** The screen is not cleared first: it would flicker. */
function drawnOver(text: string): string {
  return `${home}${text.split("\n").map((line) => `${line}${eraseLineEnd}\n`).join("")}${eraseBelow}`;
}
