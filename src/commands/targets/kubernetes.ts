import { renderTemplate } from "../../formats/template.js";
import type { Profile } from "../../profile/types.js";
import { renderClientConfig, wantedClientConfig } from "../../vendor/client-config/render-client-config.js";
import { type ContainerOptions, containersOf } from "./containers.js";
import { sayableFile } from "./named-secrets.js";

const secretsFolder = "/run/secrets/knet";

/** ConfigMap and Deployment; the Secrets are named, and made by whoever has them. Undefined without users. */
export async function kubernetes(profile: Profile, options: ContainerOptions): Promise<string | undefined> {
  if (profile.users.size === 0) return undefined;
  const containers = containersOf(profile, options, secretsFolder);
  const config = await renderClientConfig(wantedClientConfig(profile));
  return renderTemplate("kubernetes.yaml", {
    ...containers,
    ...containers.ids,
    secretsFolder,
    config: { text: asciiStrings(config), column: 4 },
    secrets: containers.secrets.map(({ name, source }) => ({ name, file: sayableFile(source) })),
    probe: containers.health === null ? null : probeOf(containers.health),
    configFile: `${containers.configFolder}/config.json`,
  });
}

/** The same JSON, in which YAML, of whatever version, finds nothing that it has to escape. */
function asciiStrings(json: string): string {
  return json.replace(/[^\n\x20-\x7e\u00a1-\u00ac\u00ae-\u024f]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The kubelet asks the pod's address, whatever host the URL names. */
function probeOf(url: string) {
  const { pathname, search, port, protocol } = new URL(url);
  const isTls = protocol === "https:";
  return {
    path: `${pathname}${search}`,
    port: port === "" ? (isTls ? 443 : 80) : Number(port),
    scheme: isTls ? "HTTPS" : "HTTP",
  };
}
