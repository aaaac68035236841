import { setTimeout as delay } from "node:timers/promises";
import { type ExitCode, exitCodes } from "../../../problem/exit-codes.js";
import { isError } from "../../../problem/problem.js";
import { cleanLine } from "../../../ui/text/clean-text.js";
import { cutToWidth } from "../../../ui/text/width.js";
import type { Output, Style } from "../../../ui/terminal/output.js";
import type { CommandContext } from "../../command.js";
import { probeJson, probeTable, problemLines, type Round } from "./probe-report.js";
import { isGood, type Probed } from "../../../vhsm/probe/probe-all.js";

/**
 * Round after round until a signal, or until the reader is gone: drawn over the last one on a terminal,
 * elsewhere one line of JSON for each round.
 */
export async function watch(
  round: () => Promise<Round>,
  { interval }: { readonly interval: number },
  { signal, output }: CommandContext,
): Promise<ExitCode> {
  for (let first = true; !signal.aborted; first = false) {
    const done = await round();
    // what a signal interrupted would be reported as timed out
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

/** A terminal's size in characters. */
export interface Screen {
  readonly width: number;
  readonly height: number;
}

/**
 * A round of a watch as lines that fit on a screen, whose last row stays free. If it is too small for all,
 * endpoints that fail come first, and what is left out is counted.
 */
export function watchPicture(
  round: Round,
  interval: number,
  { width, height }: Screen,
  style: Style,
): readonly string[] {
  const head = style.dim(
    `${round.began.toISOString().slice(0, 19).replace("T", " ")} UTC, every ${interval} s, Ctrl-C ends it`,
  );
  // a profile's warnings were shown when it was read
  const faults = round.problems.filter(isError).map(({ message }) => style.red(cleanLine(message)));
  const troubles = [...faults, ...problemLines(failingFirst(round.probed), style)];
  // the header, the titles, and the blank line before the problems
  const room = Math.max(2, height - 1 - 2 - (troubles.length > 0 ? 1 : 0));
  const fits = round.probed.length + troubles.length <= room;
  const [titles = "", ...rows] = probeTable(fits ? round.probed : failingFirst(round.probed), style).split(
    "\n",
  );
  const [shownRows, shownTroubles] = fits ? [rows, troubles] : shared(rows, troubles, room);
  const lines = [head, titles, ...shownRows, ...(shownTroubles.length > 0 ? ["", ...shownTroubles] : [])];
  // erasing the rest of a line that fills the last column would erase that column
  return lines.slice(0, Math.max(1, height - 1)).map((line) => cutToWidth(line, width - 1));
}

/** Half of the room for each, and more if the other needs less. */
function shared(
  rows: readonly string[],
  troubles: readonly string[],
  room: number,
): readonly [readonly string[], readonly string[]] {
  const half = Math.floor(room / 2);
  const forTroubles = Math.min(troubles.length, Math.max(half, room - rows.length));
  return [
    counted(rows, room - forTroubles, (left) => `… ${left} more endpoints`),
    counted(troubles, forTroubles, (left) => `… ${left} more problems`),
  ];
}

function counted(lines: readonly string[], room: number, more: (left: number) => string): readonly string[] {
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, Math.max(0, room - 1));
  return [...shown, more(lines.length - shown.length)];
}

function failingFirst(probed: readonly Probed[]): readonly Probed[] {
  return probed.toSorted((a, b) => Number(isGood(a)) - Number(isGood(b)));
}
