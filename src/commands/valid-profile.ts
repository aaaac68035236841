import { throwIfErrors, type Problem } from "../problem/problem.js";
import type { Profile } from "../profile/types.js";
import { loadProfile } from "../profile/load-profile.js";
import type { CommandContext } from "./command.js";

/** The profile, or all its problems at once (thrown). Warnings are shown, and returned for the `--json` document. */
export async function validProfile(file: string, { workingFolder, output }: CommandContext): Promise<{ profile: Profile; warnings: readonly Problem[] }> {
  const { profile, problems } = await loadProfile(file, workingFolder);
  throwIfErrors(problems);
  if (profile === undefined) throw new Error("a profile without problems was not returned");
  for (const problem of problems) output.problem(problem);
  return { profile, warnings: problems };
}
