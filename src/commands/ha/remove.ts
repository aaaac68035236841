import { journalFault } from "../command-line/options.js";
import { verb } from "../verb.js";
import { editExits, editOptions } from "./edit-options.js";
import { connectionWord, membersWord, withUser } from "./ha-options.js";

export const remove = verb({
  name: "remove",
  describe: "take endpoints out of a connection",
  words: { connection: { ...connectionWord, demandOption: true }, endpoints: membersWord },
  options: editOptions,
  examples: [
    ["sudo knetctl ha remove hsm_1 10.1.2.3:60161 --profile profile.yaml", "before it is switched off"],
    [
      "sudo knetctl ha remove hsm_1 10.1.2.3:60161 --no-probe --yes",
      "when it is already down, without asking",
    ],
  ],
  exits: editExits,
  fault: journalFault,
  run: async (args, context) => (await import("./edit/edit.js")).edit("remove", withUser(args), context),
});
