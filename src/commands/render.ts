import { exitCodes } from "../problem/exit-codes.js";
import { throwIfErrors } from "../problem/problem.js";
import { loadProfile } from "../profile/load-profile.js";
import { renderClientConfig } from "../steps/client-config/render.js";
import { wantedClientConfig } from "../steps/client-config/wanted.js";
import type { CommandRun } from "./command.js";

export interface RenderArguments {
  readonly profile: string;
  readonly target: "config";
}

/** Prints the config.json of the profile as it would be written anew; needs neither root nor network. */
export const render: CommandRun<RenderArguments> = async ({ profile: file, target }, { output, workingFolder }) => {
  const { profile, problems } = await loadProfile(file, workingFolder);
  throwIfErrors(problems);
  if (profile === undefined) throw new Error("a profile without problems was not loaded");
  const text = await renderClientConfig(wantedClientConfig(profile));
  if (output.json) output.document({ target, text, problems });
  else {
    for (const problem of problems) output.problem(problem);
    output.result(text);
  }
  return exitCodes.done;
};
