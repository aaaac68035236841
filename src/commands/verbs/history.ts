import { rootOption, runWord } from "../command-line/options.js";
import { verb } from "../verb.js";

export const history = verb({
  name: "history",
  describe: "list the runs that changed this host, or show one",
  words: { run: runWord("all runs") },
  options: { root: rootOption },
  examples: [
    ["sudo knetctl history", "all runs, the latest first"],
    ["sudo knetctl history 3", "everything that run 3 changed, and whether it can be taken back"],
  ],
  exits: ["failed", "noPermission"],
  run: async (args, context) => (await import("../run/history.js")).history(args, context),
});
