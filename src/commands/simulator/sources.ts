import { dirname, join } from "node:path";
import type { CommandContext } from "../command.js";

/** The folder that the simulated module is built from, beside the program's own. */
export function sourcesOf({ programFolder }: CommandContext): string {
  return join(dirname(programFolder), "installers", "simulator");
}
