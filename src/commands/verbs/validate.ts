import { profilesWord } from "../command-line/options.js";
import { verb } from "./verb.js";

export const validate = verb({
  name: "validate",
  describe: "check profiles; touches nothing",
  words: { profiles: profilesWord },
  options: {},
  examples: [
    ["knetctl validate profile.yaml", "show what is wrong with it, line by line"],
    ["knetctl validate hosts/*.yaml", "all profiles of a repository"],
    ["knetctl validate --json - < profile.yaml", "the same as JSON, from standard input"],
  ],
  exits: ["invalidProfile", "noPermission"],
  run: async (args, context) => (await import("../run/validate.js")).validate(args, context),
});
