import { dirname, resolve } from "node:path";
import type { Owners } from "../host/files/trust.js";
import type { Doubt } from "../host/given-file.js";
import { type AbsolutePath, asAbsolutePath } from "../host/path.js";
import { Problem } from "../problem/problem.js";
import { type ParsedProfile, parseProfile } from "./parse-profile.js";
import { readInput } from "./reading/read-input.js";
import { type ProfileReading, readProfile } from "./reading/read-profile.js";
import type { Profile } from "./types.js";

/**
 * Whose profiles are trusted, and whether a profile that others can change is refused or only warned about.
 */
export interface Trust {
  readonly callers: Owners;
  readonly refuses: (profile: Profile) => boolean;
}

/**
 * The profile in a file; `-` or `/dev/stdin` is standard input. A relative name starts from `workingFolder`,
 * and so do the paths in a profile from standard input; those in a file start from the file's folder. Without
 * `trust`, who can change it is not checked. Never throws for what a user can do wrong: that is in
 * `problems`.
 */
export async function loadProfile(
  name: string,
  workingFolder: AbsolutePath,
  trust?: Trust,
): Promise<ParsedProfile> {
  const file = name === "/dev/stdin" ? "-" : name;
  try {
    const { bytes, doubt } = await readInput(pathOf(file, workingFolder), file, trust?.callers);
    const parsed = profileIn(await readProfile(bytes, file), file, workingFolder);
    return doubt === undefined || trust === undefined ? parsed : distrusted(parsed, file, doubt, trust);
  } catch (error) {
    if (error instanceof Problem) return { problems: [error] };
    throw error;
  }
}

/** No profile if it is refused. */
function distrusted(
  { profile, problems }: ParsedProfile,
  file: string,
  doubt: Doubt,
  { refuses }: Trust,
): ParsedProfile {
  const isRefused = profile !== undefined && refuses(profile);
  return {
    ...(profile && !isRefused && { profile }),
    problems: [untrustedProfile(file, doubt, isRefused ? "error" : "warning"), ...problems],
  };
}

/** The profile in a text that was read, as if it were in that file. */
export function profileIn(reading: ProfileReading, file: string, workingFolder: AbsolutePath): ParsedProfile {
  return "document" in reading
    ? parseProfile(reading.document, folderOfProfile(file, workingFolder))
    : reading;
}

/** An empty name stays empty: it must not come to mean the working folder. */
function pathOf(file: string, workingFolder: AbsolutePath): string {
  return file === "-" || file === "" ? file : resolve(workingFolder, file);
}

function folderOfProfile(file: string, workingFolder: AbsolutePath): AbsolutePath {
  if (file === "-") return workingFolder;
  return asAbsolutePath(dirname(resolve(workingFolder, file))) ?? workingFolder;
}

/**
 * A profile says what root does: one that others can change is refused by commands that act on it, and warned
 * about by the others.
 */
export function untrustedProfile(
  file: string,
  { detail, remedy }: Doubt,
  severity: "error" | "warning",
): Problem {
  const refused = severity === "warning" ? "knetctl apply refuses it: " : "";
  return new Problem("profile-untrusted", "others can change the profile", {
    severity,
    where: { path: file },
    detail,
    hint: `${refused}review it, then ${remedy}`,
  });
}
