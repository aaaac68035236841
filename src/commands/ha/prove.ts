import { file, loginOptions, secondsOption, text } from "../command-line/options.js";
import { verb } from "../verb.js";

export const prove = verb({
  name: "prove",
  describe: "as root: prove each member alone, and compare the keys of all; changes nothing",
  words: {
    connections: {
      type: "string",
      array: true,
      names: "connections",
      describe: "connections of the profile (default: all)",
    },
  },
  options: {
    profile: { ...file("profile file, YAML or JSON"), demandOption: true },
    user: { ...text("only this user", "USER"), names: "users" },
    timeout: { ...secondsOption("timeout", 1, "seconds for one user on one member"), default: 60 },
    ...loginOptions,
  },
  examples: [
    ["sudo knetctl ha prove --profile profile.yaml", "every member of every vector"],
    ["sudo knetctl ha prove hsm_1 --profile profile.yaml --user ca_signer", "one vector, as one user"],
  ],
  exits: ["failed", "invalidProfile", "unavailable", "locked", "noPermission", "interrupted"],
  run: async (args, context) => (await import("./prove/prove.js")).prove(args, context),
});
