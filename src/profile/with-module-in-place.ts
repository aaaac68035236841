import type { Profile } from "./types.js";

/** The profile as if it said `module.in_place: true`, where it names a module. */
export function withModuleInPlace(profile: Profile): Profile {
  return profile.module === undefined
    ? profile
    : { ...profile, module: { ...profile.module, inPlace: true } };
}
