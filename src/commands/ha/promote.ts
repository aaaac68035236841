import { journalFault } from "../command-line/options.js";
import { verb } from "../verb.js";
import { editExits, editOptions } from "./edit-options.js";
import { connectionWord, memberWord, withUser } from "./ha-options.js";

export const promote = verb({
  name: "promote",
  describe: "move an endpoint to the front",
  words: { connection: { ...connectionWord, demandOption: true }, endpoint: memberWord },
  options: editOptions,
  examples: [
    ["sudo knetctl ha promote hsm_1 10.1.2.4:60161 --profile profile.yaml", "prefer this member"],
    ["sudo knetctl ha promote hsm_1 10.1.2.4:60161 --no-restart", "the service is restarted later, by hand"],
  ],
  exits: editExits,
  fault: journalFault,
  run: async ({ endpoint, ...args }, context) =>
    (await import("./edit/edit.js")).edit("promote", withUser({ ...args, endpoints: [endpoint] }), context),
});
