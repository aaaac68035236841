import { schemaTexts } from "../generated/schemas.js";
import { exitCodes } from "../problem/exit-codes.js";
import type { CommandRun } from "./command.js";
import type { SchemaName } from "./command-line/options.js";

/** Prints one of the program's JSON Schemas, the profile's by default. */
export const schema: CommandRun<{ name?: SchemaName | undefined }> = ({ name = "profile" }, { output }) => {
  const text = schemaTexts[name];
  if (output.json) output.document(JSON.parse(text));
  else output.file(text);
  return Promise.resolve(exitCodes.done);
};
