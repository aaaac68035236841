import { add } from "../ha/add.js";
import { drill } from "../ha/drill.js";
import { list } from "../ha/list.js";
import { probe } from "../ha/probe.js";
import { promote } from "../ha/promote.js";
import { prove } from "../ha/prove.js";
import { remove } from "../ha/remove.js";
import { set } from "../ha/set.js";
import type { VerbGroup } from "../verb.js";

export const ha: VerbGroup = {
  name: "ha",
  describe: "the members of HA vectors: list, change, probe and prove them, and measure failover",
  verbs: [list, set, add, remove, promote, probe, prove, drill],
};
