import { file, loginOptions } from "../command-line/options.js";
import { verb } from "../verb.js";

export const prove = verb({
  name: "prove",
  describe: "prove a consumer with its own client, as the service user; changes nothing",
  words: {
    consumer: {
      type: "string",
      demandOption: true,
      names: "written-consumers",
      describe: "a consumer: its name, or its type if only one has that type",
    },
    profile: {
      ...file("profile file, YAML or JSON (default: what knetctl wrote on this host)"),
    },
  },
  options: loginOptions,
  examples: [
    [
      "sudo knetctl prove tls profile.yaml",
      "openssl, for example, signs with the key that the profile names",
    ],
    ["sudo knetctl prove tls", "as knetctl wrote it on this host"],
  ],
  exits: ["failed", "invalidProfile", "unavailable", "locked", "noPermission", "interrupted"],
  run: async (args, context) => (await import("../consumers/prove-consumer.js")).proveConsumer(args, context),
});
