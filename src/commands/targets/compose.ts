import { renderTemplate } from "../../formats/template.js";
import type { Profile } from "../../profile/types.js";
import { type ContainerOptions, containersOf } from "./containers.js";
import { sayableFile } from "./named-secrets.js";

/** Where Compose puts a secret of that name. */
const secretsFolder = "/run/secrets";

/** A Compose file, which has the PINs from files of the host. Undefined without users. */
export async function compose(profile: Profile, options: ContainerOptions): Promise<string | undefined> {
  if (profile.users.size === 0) return undefined;
  const containers = containersOf(profile, options, secretsFolder);
  return renderTemplate("compose.yaml", {
    ...containers,
    ...containers.ids,
    secrets: containers.secrets.map(({ name, source }) => ({
      name,
      file: sayableFile(source),
      // what is not a file of the profile's is to become one
      path: source.from === "file" ? source.path : `./${name}.pin`,
    })),
    configFile: `${containers.configFolder}/config.json`,
    startSeconds: profile.service.startTimeoutSeconds,
  });
}
