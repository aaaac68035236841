import { throwIfErrors } from "../problem/problem.js";
import type { Secret } from "../problem/secret.js";
import type { Profile } from "../profile/types.js";
import { readPins } from "../steps/smoke-test/read-pins.js";
import type { CommandContext } from "./command.js";

/** The users' PINs, read before anything is changed: a missing one must not be found halfway. Empty where nothing is proven. */
export async function pinsForProof(profile: Profile, proves: boolean, { output, signal }: CommandContext): Promise<ReadonlyMap<string, Secret>> {
  if (!proves) return new Map();
  const { pins, problems, notes } = await readPins(profile, signal);
  throwIfErrors(problems);
  for (const problem of problems) output.problem(problem);
  for (const note of notes) output.note(`note: ${note}`);
  return pins;
}
