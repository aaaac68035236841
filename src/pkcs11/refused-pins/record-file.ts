import type { OwnState } from "../../host/state-folder.js";
import { joined } from "../../host/path.js";
import { privateModes } from "../../host/rights.js";
import { shellWord } from "../../formats/text/shell-word.js";
import { sizeLimits } from "../../host/size-limits.js";
import { Problem } from "../../problem/problem.js";
import { parseRecord, recordText, type RefusedPin } from "./record.js";

const refusedPinsName = "refused-pins.json";

/** The record; empty if there is none. Throws `pin-record-damaged`, and `host-…`. */
export function rememberedPins(state: OwnState): readonly RefusedPin[] {
  return parsed(state, content(state));
}

/**
 * A user who is not root may have no home of their own, and nothing is remembered then. What root cannot read
 * is thrown.
 */
export function readIfPossible(state: OwnState): readonly RefusedPin[] {
  try {
    return rememberedPins(state);
  } catch (error) {
    if (state.owner.uid === 0 || !(error instanceof Problem) || !error.code.startsWith("host-")) throw error;
    return [];
  }
}

function content({ files, folder }: OwnState): Buffer | undefined {
  return files.read(joined(folder, refusedPinsName), sizeLimits.refusedPins);
}

function parsed({ folder }: OwnState, bytes: Buffer | undefined): readonly RefusedPin[] {
  if (bytes === undefined) return [];
  const pins = parseRecord(bytes.toString("utf8"));
  if (pins !== undefined) return pins;
  const file = joined(folder, refusedPinsName);
  const names = [file, `${file}.damaged`].map(shellWord).join(" ");
  throw new Problem("pin-record-damaged", "the record of the PINs that tokens refused is damaged", {
    where: { path: file },
    detail: "without it nobody can tell which PINs were refused before, so no login is tried",
    hint: `if you are sure of the PINs, move the file away: mv ${names}`,
  });
}

/** How often it is tried when another process changes the record at the same moment. */
const mostTries = 5;

/**
 * Changes the record as it is now, on the disk when this returns; one that stays the same is not written, and
 * an empty one is removed. No other code of this process runs in between. Throws Problems.
 */
export function change(state: OwnState, edit: (pins: readonly RefusedPin[]) => readonly RefusedPin[]): void {
  for (let tries = 1; ; tries++) {
    const observed = state.files.entry(joined(state.folder, refusedPinsName));
    const before = content(state);
    const known = parsed(state, before);
    const pins = edit(known);
    if (pins === known) return;
    try {
      const { files, folder, owner } = state;
      if (pins.length === 0) {
        files.remove(joined(folder, refusedPinsName), observed);
        return;
      }
      const bytes = Buffer.from(recordText(pins));
      files.write(joined(folder, refusedPinsName), bytes, { mode: privateModes.file, ...owner }, (now) => {
        if (!isSame(before, now)) throw changedMeanwhile();
      });
      return;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "host-entry-changed" || tries >= mostTries)
        throw error;
    }
  }
}

function isSame(before: Buffer | undefined, now: Buffer | undefined): boolean {
  return before === undefined || now === undefined ? before === now : before.equals(now);
}

function changedMeanwhile(): Problem {
  return new Problem("host-entry-changed", "another process keeps changing the record of refused PINs", {
    hint: "run again when it has ended",
  });
}
