import { schemaTexts } from "../generated/schemas.js";
import { exitCodes } from "../problem/exit-codes.js";
import { Problem } from "../problem/problem.js";
import type { CommandRun } from "./command.js";

/** Prints one of the program's JSON Schemas, the profile's by default. Throws a Problem that lists the names for any other. */
export const schema: CommandRun<{ name?: string | undefined }> = ({ name = "profile" }, { output }) => {
  const text = new Map<string, string>(Object.entries(schemaTexts)).get(name);
  if (text === undefined) return Promise.reject(unknownSchema(name));
  if (output.json) output.document(JSON.parse(text));
  else output.file(text);
  return Promise.resolve(exitCodes.done);
};

function unknownSchema(name: string): Problem {
  return new Problem("usage-invalid", "there is no schema of this name", {
    detail: name,
    hint: `the schemas are ${Object.keys(schemaTexts).sort().join(", ")}`,
  });
}
