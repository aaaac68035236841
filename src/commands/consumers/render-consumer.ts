import { consumerOf, consumerText } from "../../consumers/consumers.js";
import { Problem } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import type { Profile, ProfileConsumer } from "../../profile/types.js";
import { listed, quotedName } from "../../profile/words/quote.js";
import type { CommandContext } from "../command.js";
import { readSecrets } from "../secrets/read-secrets.js";
import { validProfile } from "../run/valid-profile.js";

export interface RenderConsumerArguments {
  readonly profile: string;
  /** Its name, where there are several of the type. */
  readonly consumer?: string | undefined;
  readonly showSecrets: boolean;
}

/**
 * What a consumer of the profile reads: its whole file, or its entry in one. Where it is given the PIN
 * itself, that is printed only if it is asked for.
 */
export async function renderConsumer(
  type: string,
  args: RenderConsumerArguments,
  context: CommandContext,
): Promise<{ readonly text: string; readonly problems: readonly Problem[] }> {
  const { profile, warnings } = await validProfile(args.profile, context);
  const one = chosen(profile, type, args.consumer);
  const uses = secretUses(profile).filter(({ consumer }) => consumer === one.name);
  const reads = args.showSecrets && consumerOf(type)?.pin === "literal";
  const { secrets, problems } = reads
    ? await readSecrets(uses, context)
    : { secrets: new Map<unknown, never>(), problems: [] };
  const pin = one.pin === undefined ? undefined : secrets.get(one.pin)?.reveal();
  return { text: consumerText(one, pin), problems: [...warnings, ...problems] };
}

function chosen({ consumers, source }: Profile, type: string, name: string | undefined): ProfileConsumer {
  const all = [...(consumers?.values() ?? [])].filter((one) => one.type === type);
  const [one, another] = name === undefined ? all : all.filter((known) => known.name === name);
  if (one === undefined)
    throw new Problem(
      "render-nothing",
      name === undefined
        ? `the profile has no consumer of type ${type}`
        : `the profile has no consumer ${quotedName(name)} of type ${type}`,
      { where: { path: source }, hint: `add one: consumers: { NAME: { type: ${type} } }` },
    );
  if (another === undefined) return one;
  throw new Problem("usage-invalid", `the profile has several consumers of type ${type}`, {
    where: { path: source },
    detail: listed(all.map((known) => known.name)),
    hint: "choose one: --consumer NAME",
  });
}
