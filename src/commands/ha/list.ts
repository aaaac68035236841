import { verb } from "../verb.js";
import { sourceOptions, withUser } from "./ha-options.js";

export const list = verb({
  name: "list",
  describe: "connections and their endpoints, in order of preference",
  words: {
    connections: {
      type: "string",
      array: true,
      names: "connections",
      default: [],
      describe: "names of connections (default: all)",
    },
  },
  options: {
    ...sourceOptions,
    diagram: { type: "boolean", conflicts: "mermaid", describe: "as a diagram in plain text" },
    mermaid: { type: "boolean", describe: "as a Mermaid flowchart, for runbooks" },
  },
  examples: [
    ["sudo knetctl ha list", "which users log in where on this host"],
    ["knetctl ha list --profile profile.yaml --mermaid", "a flowchart of a profile's vectors"],
  ],
  exits: ["failed", "invalidProfile", "noPermission"],
  run: async (args, context) => (await import("./list-connections.js")).list(withUser(args), context),
});
