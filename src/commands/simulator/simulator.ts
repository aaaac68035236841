import { archive } from "./archive.js";
import { stop } from "./stop.js";
import { start } from "./start.js";
import type { VerbGroup } from "../verb.js";

export const simulator: VerbGroup = {
  name: "simulator",
  describe: "simulated VHSMs and a vendor archive, for trying things and for CI",
  verbs: [start, stop, archive],
};
