import { Problem } from "../../problem/problem.js";
import type { Profile } from "../../profile/types.js";
import type { CommandContext } from "../command.js";
import { validProfile } from "../run/valid-profile.js";
import { cloudInit } from "./cloud-init.js";
import { compose } from "./compose.js";
import { type BuildOptions, containerfile } from "./containerfile.js";
import type { ContainerOptions } from "./containers.js";
import { kubernetes } from "./kubernetes.js";
import { systemdCredentials } from "./systemd-credentials.js";
import type { DeploymentTarget } from "../command-line/deployment-targets.js";

export interface DeploymentOptions extends ContainerOptions {
  /** The profile's file, as the user named it. */
  readonly profile: string;
}

/** Makes a target's text of a profile; undefined where the profile has nothing for it. */
interface Target {
  readonly text: (profile: Profile, options: BuildOptions) => Promise<string | undefined>;
  /** What the profile lacks if there is no text. */
  readonly lacks: string;
  readonly hint: string;
}

const noUsers = {
  lacks: "users, and so no client to deploy",
  hint: "its key stores go into an environment file: --target env",
};

const targets: Readonly<Record<Exclude<DeploymentTarget, "cloud-init">, Target>> = {
  containerfile: { text: containerfile, ...noUsers },
  compose: { text: compose, ...noUsers },
  kubernetes: { text: kubernetes, ...noUsers },
  "systemd-credentials": {
    text: systemdCredentials,
    lacks: "secrets, and so no credentials",
    hint: "give its users a pin; knetctl schema describes it",
  },
};

/** The text for one target, with the profile's warnings; needs no host and reads no secret. */
export async function renderDeployment(
  name: DeploymentTarget,
  options: DeploymentOptions,
  context: CommandContext,
): Promise<{ readonly text: string; readonly problems: readonly Problem[] }> {
  // the profile itself is in that one, and is read as the instance will read it
  if (name === "cloud-init") return cloudInit(options.profile, context);
  const { profile, warnings } = await validProfile(options.profile, context);
  const { text, lacks, hint } = targets[name];
  const made = await text(profile, { ...options, version: context.version });
  if (made === undefined)
    throw new Problem("render-nothing", `the profile has no ${lacks}`, {
      where: { path: profile.source },
      hint,
    });
  return { text: made, problems: warnings };
}
