import { Problem, Problems } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import type { Profile } from "../../profile/types.js";

export interface Pins {
  readonly pins: ReadonlyMap<string, Secret>;
  readonly problems: readonly Problem[];
  /** "ca_signer: one trailing line break was removed" */
  readonly notes: readonly string[];
}

/** Reads every user's PIN from its source before anything is changed; what is wrong with any of them comes together. */
export async function readPins({ users }: Profile, signal?: AbortSignal): Promise<Pins> {
  const { readPin } = await import("../../host/pin/read-pin.js");
  const pins = new Map<string, Secret>();
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const user of users.values()) {
    if (user.pin === undefined || signal?.aborted === true) continue;
    try {
      const read = await readPin(user.pin, { user: user.name, ...(signal && { signal }) });
      pins.set(user.name, read.pin);
      problems.push(...read.problems);
      notes.push(...read.notes.map((note) => `${user.name}: ${note}`));
    } catch (error) {
      if (error instanceof Problem) problems.push(error);
      else if (error instanceof Problems) problems.push(...error.list);
      else throw error;
    }
  }
  return { pins, problems, notes };
}
