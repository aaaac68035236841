import { journalFault } from "../command-line/options.js";
import { verb } from "../verb.js";
import { editExits, editOptions } from "./edit-options.js";
import { connectionWord, endpointsWord, placeOptions, withUser } from "./ha-options.js";

export const add = verb({
  name: "add",
  describe: "add endpoints to a connection, at its end",
  words: { connection: { ...connectionWord, demandOption: true }, endpoints: endpointsWord },
  options: { ...editOptions, ...placeOptions },
  examples: [
    ["sudo knetctl ha add hsm_1 10.1.2.5:60161 --profile profile.yaml", "on the host and in the profile"],
    [
      "sudo knetctl ha add hsm_1 10.1.2.5:60161 --first --dry-run",
      "what adding it at the front would change",
    ],
  ],
  exits: editExits,
  fault: journalFault,
  run: async (args, context) => (await import("./edit/edit.js")).edit("add", withUser(args), context),
});
