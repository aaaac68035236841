import { dirname, resolve } from "node:path";
import { asAbsolutePath, type AbsolutePath } from "../host/path.js";
import { Problem } from "../problem/problem.js";
import { parseProfile, type ParsedProfile } from "./parse-profile.js";
import { readInput } from "./read-input.js";
import { readProfile, type ProfileReading } from "./read-profile.js";

/**
 * The profile in a file; `-` or `/dev/stdin` is standard input. A relative name starts from `workingFolder`, and so do the paths in a
 * profile from standard input; those in a file start from the file's folder. Never throws for what a user can do wrong: that is in
 * `problems`.
 */
export async function loadProfile(name: string, workingFolder: AbsolutePath): Promise<ParsedProfile> {
  const file = name === "/dev/stdin" ? "-" : name;
  try {
    return profileIn(await readProfile(await readInput(pathOf(file, workingFolder), file), file), file, workingFolder);
  } catch (error) {
    if (error instanceof Problem) return { problems: [error] };
    throw error;
  }
}

/** The profile in a text that was read, as if it stood in that file. */
export function profileIn(reading: ProfileReading, file: string, workingFolder: AbsolutePath): ParsedProfile {
  return "document" in reading ? parseProfile(reading.document, folderOfProfile(file, workingFolder)) : reading;
}

/** An empty name stays one: it is no way to name the working folder. */
function pathOf(file: string, workingFolder: AbsolutePath): string {
  return file === "-" || file === "" ? file : resolve(workingFolder, file);
}

function folderOfProfile(file: string, workingFolder: AbsolutePath): AbsolutePath {
  if (file === "-") return workingFolder;
  return asAbsolutePath(dirname(resolve(workingFolder, file))) ?? workingFolder;
}
