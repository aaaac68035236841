import { checkOptions, formatFault, profilesWord } from "../command-line/options.js";
import { verb } from "../verb.js";

export const validate = verb({
  name: "validate",
  describe: "check profiles; touches nothing",
  words: { profiles: profilesWord },
  options: checkOptions("junit", "github", "sarif"),
  examples: [
    ["knetctl validate profile.yaml", "show what is wrong with it, line by line"],
    ["knetctl validate hosts/*.yaml", "all profiles of a repository"],
    ["knetctl validate hosts/*.yaml --format sarif > knetctl.sarif", "for a code scanner"],
    ["knetctl validate --json - < profile.yaml", "the same as JSON, from standard input"],
  ],
  fault: ({ profiles, ...others }) =>
    Array.isArray(profiles) && profiles.filter(isStandardInput).length > 1
      ? "standard input can be read only once: name - once"
      : formatFault(others),
  exits: ["warnings", "invalidProfile", "noPermission"],
  run: async (args, context) => (await import("../run/validate.js")).validate(args, context),
});

function isStandardInput(file: unknown): boolean {
  return file === "-" || file === "/dev/stdin";
}
