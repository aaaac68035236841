import { journalFault } from "../command-line/options.js";
import { verb } from "../verb.js";
import { editExits, editOptions } from "./edit-options.js";
import { connectionWord, membersWord, withUser } from "./ha-options.js";

export const set = verb({
  name: "set",
  describe: "give a connection these endpoints, in order of preference",
  words: { connection: { ...connectionWord, demandOption: true }, endpoints: membersWord },
  options: editOptions,
  examples: [
    ["sudo knetctl ha set hsm_1 10.1.2.4:60161 10.1.2.3:60161", "these two, 10.1.2.4 preferred"],
    ["sudo knetctl ha set hsm_1 [2001:db8::7]:60161 --profile profile.yaml", "one, in the profile too"],
  ],
  exits: editExits,
  fault: journalFault,
  run: async (args, context) => (await import("./edit/edit.js")).edit("set", withUser(args), context),
});
