import { callers } from "../../host/given-file.js";
import { throwIfErrors, type Problem } from "../../problem/problem.js";
import type { Profile } from "../../profile/types.js";
import { loadProfile, type Trust } from "../../profile/load-profile.js";
import { secretUses } from "../../profile/secret-uses.js";
import type { ParsedProfile } from "../../profile/parse-profile.js";
import type { CommandContext } from "../command.js";

/**
 * The profile, or all its problems at once (thrown). Warnings are shown, and returned for the `--json`
 * document; advice to its author is left to `validate`. `trust`: what to say about a profile that others can
 * change, see `trustedBy`; left out where it does not matter.
 */
export async function validProfile(
  file: string,
  context: CommandContext,
  trust?: Trust,
): Promise<{ profile: Profile; warnings: readonly Problem[] }> {
  const { profile, problems } = requireValid(await loadProfile(file, context.workingFolder, trust));
  return { profile, warnings: shownWarnings(problems, context) };
}

/**
 * A command that changes the host according to a profile that others can change would do what they want, and
 * so `refuses` it. Any other command warns about it.
 */
export function trustedBy(
  { environment }: Pick<CommandContext, "environment">,
  refuses: boolean | Trust["refuses"],
): Trust {
  return { callers: callers(environment), refuses: typeof refuses === "boolean" ? () => refuses : refuses };
}

/**
 * For a command that changes nothing but logs in: root would hand its PINs to an endpoint that others choose.
 */
export function handsPinsOn({ users }: Profile): boolean {
  return secretUses({ users }).length > 0;
}

/** The same for one that proves the key stores too: it would load a module that others choose, with a PIN. */
export function provesStores(profile: Profile): boolean {
  const stores = [...(profile.keyStores?.values() ?? [])];
  return handsPinsOn(profile) || stores.some(({ settings: { Type } }) => Type === "Pkcs11");
}

/** The same profile, or all its problems at once (thrown), without advice to its author. */
export function requireValid({ profile, problems }: ParsedProfile): {
  readonly profile: Profile;
  readonly problems: readonly Problem[];
} {
  throwIfErrors(withoutAdvice(problems));
  if (profile === undefined) throw new Error("a profile without problems was not returned");
  return { profile, problems };
}

/** A valid profile's warnings, shown; advice to its author is left out. */
export function shownWarnings(problems: readonly Problem[], { output }: CommandContext): readonly Problem[] {
  const warnings = withoutAdvice(problems);
  for (const problem of warnings) output.problem(problem);
  return warnings;
}

/** Everything except advice to the profile's author about what is valid as it is. */
export function withoutAdvice(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ code }) => code !== "profile-key-store-tip");
}

/** The profile as if it said `module.in_place: true`, where it names a module. */
export function withModuleInPlace(profile: Profile): Profile {
  return profile.module === undefined
    ? profile
    : { ...profile, module: { ...profile.module, inPlace: true } };
}
