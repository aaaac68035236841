import { file, flag, loginOptions, secondsOption, text } from "../command-line/options.js";
import { verb } from "../verb.js";
import { connectionWord } from "./ha-options.js";

export const drill = verb({
  name: "drill",
  describe: "as root: measure failover with dead stand-ins in front of the members; changes nothing",
  words: {
    connection: { ...connectionWord, describe: "connection of the profile (default: the only one)" },
  },
  options: {
    profile: file("profile file, YAML or JSON"),
    simulator: flag("three simulated members and the simulated module instead of a profile"),
    user: {
      ...text("sign as this user (default: the connection's first with a PIN)", "USER"),
      names: "users",
    },
    timeout: secondsOption(
      "timeout",
      1,
      "seconds for one scenario (default: 60, and 30 for each further member of its vector)",
    ),
    svg: file("write a picture of the result, for a runbook, into this new file"),
    ...loginOptions,
  },
  examples: [
    ["sudo knetctl ha drill hsm_1 --profile profile.yaml", "how long signing takes when members are dead"],
    [
      "sudo knetctl ha drill hsm_1 --profile profile.yaml --svg /root/hsm_1.svg",
      "the time-line of each scenario, as a picture",
    ],
    ["sudo knetctl ha drill --simulator", "see a drill without an HSM"],
  ],
  exits: ["failed", "invalidProfile", "unavailable", "locked", "noPermission", "interrupted"],
  run: async (args, context) => (await import("./prove/drill.js")).haDrill(args, context),
});
