import { setTimeout as delay } from "node:timers/promises";
import { exitCodes, type ExitCode } from "../../problem/exit-codes.js";
import type { Output } from "../../ui/output.js";
import type { CommandContext } from "../command.js";
import { probeJson, type Round } from "./probe-json.js";
import { watchPicture } from "./watch-picture.js";

/**
 * Round after round until a signal, or until nobody reads any more: drawn over the last one on a terminal,
 * one line of JSON a round elsewhere.
 */
export async function watch(
  round: () => Promise<Round>,
  { interval }: { readonly interval: number },
  { signal, output }: CommandContext,
): Promise<ExitCode> {
  for (let first = true; !signal.aborted; first = false) {
    const done = await round();
    // what a signal cut short would be told as timed out
    if (ended(signal)) break;
    draw(done, { interval, first }, output);
    if (output.lost === true) break;
    await delay(Math.max(0, interval * 1000 - done.ms), undefined, { signal }).catch(() => undefined);
  }
  return exitCodes.done;
}

function ended({ aborted }: AbortSignal): boolean {
  return aborted;
}

function draw(
  round: Round,
  { interval, first }: { readonly interval: number; readonly first: boolean },
  output: Output,
): void {
  const { width, height, style } = output;
  if (width === undefined || height === undefined) output.documentLine(probeJson(round));
  else output.picture(watchPicture(round, interval, { width, height }, style), first);
}
