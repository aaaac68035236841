import { clientReleases } from "../../vendor/client.js";
import { type JsonData, jsonText } from "../../formats/json/json-text.js";
import { renderTemplate } from "../../formats/template.js";
import { nameOf } from "../../host/path.js";
import type { Profile } from "../../profile/types.js";
import { connectionData, userData } from "../../vendor/client-config/render-client-config.js";
import { type ContainerOptions, containersOf } from "./containers.js";

export interface BuildOptions extends ContainerOptions {
  /** Of knetctl, whose package the build installs. */
  readonly version: string;
}

/** A Containerfile of two stages; the last has neither knetctl nor a PIN. Undefined without users. */
export async function containerfile(profile: Profile, options: BuildOptions): Promise<string | undefined> {
  if (profile.users.size === 0) return undefined;
  const { service, module } = profile;
  const containers = containersOf(profile, options, "");
  const archive = module === undefined ? null : archiveName(nameOf(module.archive));
  return renderTemplate("containerfile", {
    ...containers,
    ...containers.ids,
    version: options.version,
    user: service.user,
    group: service.group,
    archive,
    profile: jsonText(withoutSecrets(profile, containers.home, archive), onOneLine, undefined),
  });
}

const onOneLine = { eol: "\n", unit: "", colon: ": ", gap: " ", multiline: false } as const;

/** The archive's own name where it needs no quotes; else the file is to get this one. */
function archiveName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$/.test(name)) return name;
  return `${clientReleases}.tar${/\.(?:gz|xz)$/.exec(name)?.[0] ?? ""}`;
}

/** What the image is made by: no PIN, no key store, nothing of the unit that runs where the image does. */
function withoutSecrets(profile: Profile, home: string, archive: string | null): JsonData {
  const { connections, users, logVerbosity, module, service } = profile;
  return new Map<string, JsonData>([
    [
      "connections",
      new Map([...connections].map(([name, { endpoints }]) => [name, connectionData(endpoints)])),
    ],
    ["users", new Map([...users].map(([name, user]) => [name, userData(user)]))],
    ...(logVerbosity === undefined ? [] : [["log_verbosity", logVerbosity] as const]),
    ...(module === undefined || archive === null ? [] : [["module", moduleData(module, archive)] as const]),
    [
      "service",
      new Map<string, JsonData>([
        ["user", service.user],
        ["group", service.group],
        ["home", home],
      ]),
    ],
  ]);
}

function moduleData(module: NonNullable<Profile["module"]>, archive: string): JsonData {
  return new Map<string, JsonData>([
    ["archive", archive],
    ...(module.sha256 === undefined ? [] : [["sha256", module.sha256] as const]),
    ["installer_timeout", module.installerTimeoutSeconds],
    ...(module.answers === undefined ? [] : [["answers", module.answers] as const]),
    ["network", module.network],
  ]);
}
