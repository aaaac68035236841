import { flag, profileWord, rootOption } from "../command-line/options.js";
import { verb } from "../verb.js";

export const doctor = verb({
  name: "doctor",
  describe: "check the surroundings, and say what to do; changes nothing",
  words: { profile: { ...profileWord, demandOption: false } },
  options: {
    root: rootOption,
    probe: flag("look up and probe the endpoints, without a login; --no-probe skips this", true),
  },
  examples: [
    ["sudo knetctl doctor", "this machine, and what is on it of the client"],
    ["sudo knetctl doctor profile.yaml", "with what the profile names: archive, PIN files, endpoints, unit"],
    ["knetctl doctor --no-probe --json", "for a monitoring system, as any user"],
  ],
  exits: ["failed", "noPermission", "interrupted"],
  run: async (args, context) => (await import("../doctor/doctor.js")).doctor(args, context),
});
