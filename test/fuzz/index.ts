import { archiveTarget } from "./archive.js";
import { configTarget } from "./config.js";
import { journalTarget } from "./journal.js";
import { profileTarget } from "./profile.js";
import type { FuzzTarget } from "./target.js";

/** All of them, the slowest first. */
export const targets: readonly FuzzTarget[] = [archiveTarget, profileTarget, configTarget, journalTarget];
