import { type SettingsForm, settingsForms } from "../../formats/settings/settings-text.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { Problem } from "../../problem/problem.js";
import { listed, quotedName } from "../../profile/words/quote.js";
import { secretUses } from "../../profile/secret-uses.js";
import { nearest } from "../../profile/words/suggest.js";
import type { Profile } from "../../profile/types.js";
import { renderClientConfig, wantedClientConfig } from "../../vendor/client-config/render-client-config.js";
import { isConsumerType } from "../../consumers/consumer-types.js";
import type { CommandContext, CommandRun } from "../command.js";
import type { Ids } from "../command-line/image-options.js";
import { type DeploymentTarget, isDeploymentTarget } from "../command-line/deployment-targets.js";
import { readSecrets } from "../secrets/read-secrets.js";
import { validProfile } from "./valid-profile.js";

export interface RenderArguments {
  readonly profile: string;
  /**
   * `config`: the client's config.json; a form: the application's settings in it; otherwise what another
   * engine deploys the client with, or a type of consumer: what that reads.
   */
  readonly target: string;
  /** Only one key store, as the document shows it. */
  readonly keyStore?: string | undefined;
  /** The consumer, where there are several of the type. */
  readonly consumer?: string | undefined;
  readonly showSecrets: boolean;
  /** The application's image, for the targets that run it. */
  readonly image?: string | undefined;
  /** The ids of the service's account in that image. */
  readonly ids?: Ids | undefined;
}

/**
 * Prints what a new file would contain; needs neither root nor network, and secrets only if they are to be
 * shown.
 */
export const render: CommandRun<RenderArguments> = async (args, context) => {
  const { output } = context;
  const { text, problems } = await rendered(args, context);
  if (output.json) output.document({ target: args.target, text, problems });
  else output.file(text);
  return exitCodes.done;
};

async function rendered(args: RenderArguments, context: CommandContext): Promise<Rendered> {
  const { target, keyStore, consumer } = args;
  if (isConsumerType(target)) {
    if (keyStore !== undefined)
      throw new Problem("usage-invalid", "--key-store goes with --target ini, env, systemd or json", {
        hint: "leave it out; --consumer NAME chooses among consumers",
      });
    const { renderConsumer } = await import("../consumers/render-consumer.js");
    return renderConsumer(target, args, context);
  }
  if (consumer !== undefined)
    throw new Problem("usage-invalid", "--consumer goes with a --target that is a type of consumer", {
      hint: "leave it out, or name the consumer's type as target",
    });
  if (isDeploymentTarget(target)) return deployment(target, args, context);
  const form = settingsForms.find((known) => known === target);
  return filesOfHost(form ?? "config", args, context);
}

interface Rendered {
  readonly text: string;
  readonly problems: readonly Problem[];
}

async function filesOfHost(
  target: "config" | SettingsForm,
  args: RenderArguments,
  context: CommandContext,
): Promise<Rendered> {
  const { profile, warnings } = await validProfile(args.profile, context);
  const { text, problems } =
    target === "config" ? await config(profile, args) : await settings(profile, target, args, context);
  return { text, problems: [...warnings, ...problems] };
}

async function deployment(
  target: DeploymentTarget,
  args: RenderArguments,
  context: CommandContext,
): Promise<Rendered> {
  if (args.keyStore !== undefined || args.showSecrets)
    throw new Problem(
      "usage-invalid",
      `${args.showSecrets ? "--show-secrets" : "--key-store"} goes with --target ini, env, systemd or json`,
      { hint: "leave it out: deployment files name secrets, and hold none" },
    );
  const { renderDeployment } = await import("../targets/render-deployment.js");
  return renderDeployment(target, args, context);
}

async function config(profile: Profile, { keyStore }: RenderArguments): Promise<Rendered> {
  if (keyStore !== undefined)
    throw new Problem("usage-invalid", "--key-store goes with --target ini, env, systemd or json", {
      hint: "config.json holds no key stores: leave out --key-store, or name the form",
    });
  if (profile.users.size === 0)
    throw nothing(
      profile,
      "users, and so no config.json",
      "print its key stores with --target ini, env, systemd or json",
    );
  return { text: await renderClientConfig(wantedClientConfig(profile)), problems: [] };
}

async function settings(
  profile: Profile,
  form: SettingsForm,
  { keyStore, showSecrets }: RenderArguments,
  context: CommandContext,
): Promise<Rendered> {
  const { renderKeyStores } = await import("../../steps/key-stores/render-key-stores.js");
  const names = [...(profile.keyStores?.keys() ?? [])];
  if (names.length === 0)
    throw nothing(profile, "key stores", "add key_stores; knetctl schema describes them");
  if (keyStore !== undefined && !names.includes(keyStore)) throw unknown(keyStore, names);
  const uses = secretUses(profile).filter(
    ({ purpose, store }) =>
      purpose === "settings" && store !== undefined && (keyStore === undefined || store === keyStore),
  );
  const { secrets, problems } = showSecrets
    ? await readSecrets(uses, context)
    : { secrets: new Map(), problems: [] };
  const text = await renderKeyStores(profile, form, secrets, keyStore);
  return { text, problems: [...problems, ...(form === "env" ? await composeProblems(text, context) : [])] };
}

/** Warnings about what Docker Compose would read differently: shown, and returned for the document. */
async function composeProblems(text: string, { output }: CommandContext): Promise<readonly Problem[]> {
  const [{ readSettings }, { composeWarning }] = await Promise.all([
    import("../../formats/settings/read-settings.js"),
    import("../../steps/key-stores/lint/lint-context.js"),
  ]);
  const reading = await readSettings("env", text);
  const problems = "faults" in reading ? [] : composeWarning(reading.settings, undefined);
  for (const problem of problems) output.problem(problem);
  return problems;
}

function nothing({ source }: Profile, what: string, hint: string): Problem {
  return new Problem("render-nothing", `the profile has no ${what}`, { where: { path: source }, hint });
}

function unknown(name: string, names: readonly string[]): Problem {
  const near = nearest(name, names);
  return new Problem("usage-invalid", "there is no such key store in the profile", {
    detail: `found ${quotedName(name)}; the profile has ${listed(names)}`,
    ...(near !== undefined && { hint: `did you mean ${quotedName(near)}?` }),
  });
}
