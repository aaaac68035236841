import { file } from "../command-line/options.js";
import { verb } from "../verb.js";
import { memberWord, simulatorOrder } from "./order.js";

export const stop = verb({
  name: "stop",
  describe: "take down a member of a running simulator; knetctl simulator start MEMBER brings it up again",
  words: { member: { ...memberWord, demandOption: true } },
  options: {
    state: file("the running simulator's own --state (default: the only one that you run)", "FOLDER"),
  },
  examples: [
    ["knetctl simulator stop 2", "connections to member 2 are refused from now on"],
    ["knetctl simulator stop 1 --state ca", "member 1 of the simulator that runs in the folder ca"],
  ],
  exits: ["failed", "unavailable"],
  run: (args, context) => simulatorOrder("stop", args, context),
});
