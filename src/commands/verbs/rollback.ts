import { flag, lockOption, rootOption, runWord, text, yesOption } from "../command-line/options.js";
import { verb } from "../verb.js";

export const rollback = verb({
  name: "rollback",
  describe: "take back what a run changed",
  words: { run: runWord("the one that was cut off, else the latest that is still in effect") },
  options: {
    to: {
      ...text("take back every run that came after this one, the latest first", "RUN"),
      names: "runs",
    },
    root: rootOption,
    yes: yesOption("anything is taken back", "it is taken back"),
    "lock-timeout": lockOption,
    "dry-run": flag("show what would be taken back; exit code 2"),
    "keep-changed": flag("leave what was changed since the run as it is, and take back the rest"),
  },
  examples: [
    ["sudo knetctl rollback --dry-run", "what would be taken back of the latest run"],
    ["sudo knetctl rollback", "take it back"],
    ["sudo knetctl rollback --to 3", "all runs after run 3, the latest first"],
    ["sudo knetctl rollback 3 --keep-changed", "run 3, except for files edited since"],
  ],
  exits: ["failed", "changesPending", "unavailable", "locked", "noPermission", "interrupted"],
  fault: ({ run, to }) =>
    run !== undefined && to !== undefined
      ? "name the run to take back, or with --to the run to go back to"
      : undefined,
  run: async (args, context) => (await import("../run/rollback.js")).rollback(args, context),
});
