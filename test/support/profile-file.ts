import { asAbsolutePath } from "../../src/host/path.js";
import { loadProfile } from "../../src/profile/load-profile.js";
import { throwIfErrors } from "../../src/problem/problem.js";
import type { Profile } from "../../src/profile/types.js";

/** The profile in a test's file, which is a valid one. */
export async function profileFile(file: string): Promise<Profile> {
  const folder = asAbsolutePath(import.meta.dirname);
  if (folder === undefined) throw new Error("the tests lie at no absolute path");
  const { profile, problems } = await loadProfile(file, folder);
  throwIfErrors(problems);
  if (profile === undefined) throw new Error(`${file} holds no profile`);
  return profile;
}
