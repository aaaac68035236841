import type { schemaTexts } from "../../generated/schemas.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { verb } from "../verb.js";

/** Schemas for users of the program; the others are parts of these. */
export const schemaNames = [
  "profile",
  "client-config",
  "journal",
  "report",
] as const satisfies readonly (keyof typeof schemaTexts)[];

export const schema = verb({
  name: "schema",
  describe: "print a JSON Schema, by default the profile's",
  words: {
    name: {
      choices: schemaNames,
      describe: "the profile's, config.json's, that of a run's record, or that of what --json prints",
    },
  },
  options: {},
  examples: [
    ["knetctl schema > profile.schema.json", "for an editor that completes and checks profiles"],
    ["knetctl schema report", "what --json prints"],
  ],
  exits: [],
  run: async ({ name = "profile" }, { output }) => {
    const { schemaTexts: texts } = await import("../../generated/schemas.js");
    const text = texts[name];
    if (output.json) output.document(JSON.parse(text));
    else output.file(text);
    return exitCodes.done;
  },
});
