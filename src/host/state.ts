import { path } from "./path.js";

/** Root-only folder (0700) of everything knetctl keeps on a host, below `--root`. */
export const stateFolder = path("/var/lib/knetctl");
export const runsFolder = path("/var/lib/knetctl/runs");
/** Names the run under way; what it names when nothing runs was cut off. */
export const currentFile = path("/var/lib/knetctl/current");
