import {
  changeOptions,
  loginOptions,
  probeOption,
  profileWord,
  rootOption,
} from "../command-line/options.js";
import { verb } from "../verb.js";

const { "lock-timeout": lockTimeout, timeout, prove } = changeOptions;

export const rehearse = verb({
  name: "rehearse",
  describe: "make the changes in a stage, prove them there, and throw it away; changes nothing",
  words: { profile: profileWord },
  options: {
    root: rootOption,
    "lock-timeout": lockTimeout,
    probe: probeOption,
    timeout,
    prove,
    ...loginOptions,
  },
  examples: [
    ["sudo knetctl rehearse profile.yaml", "would apply work, and what would it change and restart?"],
    ["sudo knetctl rehearse profile.yaml --json", "from a pipeline; exit code 69: a VHSM cannot be reached"],
  ],
  exits: ["failed", "invalidProfile", "unavailable", "locked", "noPermission", "interrupted"],
  run: async (args, context) => (await import("../run/rehearse.js")).rehearse(args, context),
});
