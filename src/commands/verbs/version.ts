import { verb } from "../verb.js";

export const version = verb({
  name: "version",
  describe: "this program's parts and their versions; --json names all of them",
  words: {},
  options: {},
  examples: [
    ["knetctl version", "the program, its Node and the smoke test's addon"],
    ["knetctl version --json", "every package too, for an inventory or a report of a fault"],
  ],
  exits: ["failed"],
  run: async (_args, context) => (await import("../run/version.js")).version(context),
});
