import { dirname, resolve } from "node:path";
import { asAbsolutePath, type AbsolutePath } from "../host/path.js";
import { Problem } from "../problem/problem.js";
import { parseProfile, type ParsedProfile } from "./parse-profile.js";
import { readInput } from "./read-input.js";
import { readProfile } from "./read-profile.js";

/**
 * The profile in a file; `-` is standard input. A relative name starts from `workingFolder`, and so do the paths in a profile from standard input;
 * those in a file start from the file's folder. Never throws for what a user can do wrong: that is in `problems`.
 */
export async function loadProfile(file: string, workingFolder: AbsolutePath): Promise<ParsedProfile> {
  try {
    const reading = await readProfile(await readInput(file === "-" ? file : resolve(workingFolder, file), file), file);
    return "document" in reading ? parseProfile(reading.document, folderOfProfile(file, workingFolder)) : reading;
  } catch (error) {
    if (error instanceof Problem) return { problems: [error] };
    throw error;
  }
}

function folderOfProfile(file: string, workingFolder: AbsolutePath): AbsolutePath {
  if (file === "-") return workingFolder;
  return asAbsolutePath(dirname(resolve(workingFolder, file))) ?? workingFolder;
}
