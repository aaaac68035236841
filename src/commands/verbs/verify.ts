import { profileWord, proofOptions, rootOption } from "../command-line/options.js";
import { verb } from "./verb.js";

export const verify = verb({
  name: "verify",
  describe: "look at the host again and run the smoke test; changes nothing",
  words: { profile: profileWord },
  options: { root: rootOption, ...proofOptions },
  examples: [
    ["sudo knetctl verify profile.yaml", "is the host as the profile wants it, and does it work?"],
    ["sudo knetctl verify profile.yaml --no-smoke-test", "only compare; no login"],
  ],
  exits: [
    "failed",
    "changesPending",
    "invalidProfile",
    "unavailable",
    "locked",
    "noPermission",
    "interrupted",
  ],
  run: async (args, context) => (await import("../run/verify.js")).verify(args, context),
});
