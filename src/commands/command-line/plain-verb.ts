import type { ExitCode } from "../../problem/exit-codes.js";
import type { CommandContext } from "../command.js";

type Verb = (profile: string) => (context: CommandContext) => Promise<ExitCode>;

const verbs: Readonly<Record<string, Verb>> = {
  validate: (profile) => async (context) =>
    (await import("../run/validate.js")).validate({ profile }, context),
  render: (profile) => async (context) =>
    (await import("../run/render.js")).render({ profile, target: "config", showSecrets: false }, context),
  plan: (profile) => async (context) => (await import("../run/plan.js")).plan({ profile }, context),
};

/**
 * The verb of a line that is a verb and a profile and nothing else, as `declareCommands` would understand it;
 * undefined for any other line. Such lines, run in loops and hooks, spare themselves the parser, which takes
 * as long as validating.
 */
export function plainVerb(args: readonly string[]): ReturnType<Verb> | undefined {
  const [name = "", profile = ""] = args;
  if (args.length !== 2 || profile === "" || profile.startsWith("-") || !Object.hasOwn(verbs, name))
    return undefined;
  return verbs[name]?.(profile);
}
