import { lstatSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { path } from "../path.js";
import { randomHex } from "../random-hex.js";
import { asFileProblem } from "../files/file-problem.js";
import { privateModes } from "../rights.js";

/**
 * Now, in milliseconds since 1970, by the clock of change times, which may be up to `clockTickMs` behind. The
 * process's own clock may be another (a time namespace, a preloaded library). Makes a folder in a private one
 * of ours and removes it; throws a Problem (`host-…`) when that fails.
 */
export function fileClock(folder: string): number {
  const mark = path(join(folder, `now-${randomHex(8)}`));
  return asFileProblem(mark, () => {
    mkdirSync(mark, { mode: privateModes.folder });
    const { ctimeMs } = lstatSync(mark);
    rmdirSync(mark);
    return ctimeMs;
  });
}

/** The longest step of that clock. */
export const clockTickMs = 10;
