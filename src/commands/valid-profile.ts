import { throwIfErrors, type Problem } from "../problem/problem.js";
import type { Profile } from "../profile/types.js";
import { loadProfile } from "../profile/load-profile.js";
import type { CommandContext } from "./command.js";

/** The profile, or all its problems at once (thrown). Warnings are shown, and returned for the `--json` document; advice to its author is `validate`'s to give. */
export async function validProfile(file: string, { workingFolder, output }: CommandContext): Promise<{ profile: Profile; warnings: readonly Problem[] }> {
  const { profile, problems } = await loadProfile(file, workingFolder);
  throwIfErrors(problems);
  if (profile === undefined) throw new Error("a profile without problems was not returned");
  const warnings = problems.filter(({ code }) => code !== "profile-key-store-tip");
  for (const problem of warnings) output.problem(problem);
  return { profile, warnings };
}
