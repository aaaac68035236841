import {
  checkOptions,
  formatFault,
  inPlaceOption,
  profileWord,
  rootOption,
} from "../command-line/options.js";
import { verb } from "../verb.js";

export const plan = verb({
  name: "plan",
  describe: "show what apply would change, as far as this user can see; exit code 2 if anything would change",
  words: { profile: profileWord },
  options: {
    root: rootOption,
    stage: {
      type: "boolean",
      isTernary: true,
      describe:
        "find out in a stage what install.sh does, even if its archive is not pinned; " +
        "--no-stage does not run it",
    },
    "in-place": inPlaceOption,
    ...checkOptions("junit", "github"),
  },
  examples: [
    ["sudo knetctl plan profile.yaml", "what apply would change on this host"],
    ["sudo knetctl plan profile.yaml --root /srv/image", "in an image instead"],
    ["sudo knetctl plan profile.yaml --json", "the plan for a pipeline"],
  ],
  fault: formatFault,
  exits: [
    "failed",
    "changesPending",
    "warnings",
    "invalidProfile",
    "unavailable",
    "noPermission",
    "interrupted",
  ],
  run: async (args, context) => (await import("../run/plan.js")).plan(args, context),
});
