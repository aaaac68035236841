import type { Host } from "../../host/host.js";
import { type AbsolutePath, joined } from "../../host/path.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import { furtherProperties } from "../../host/unit/transient-unit.js";
import type { SandboxProperty } from "../../host/unit/unit-sandbox.js";
import { Problem } from "../../problem/problem.js";
import { shellWord } from "../../formats/text/shell-word.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Profile } from "../../profile/types.js";
import { clientConfigFolders, clientConfigName } from "../../vendor/client.js";

/**
 * Properties of the service's unit with which the module cannot work, whatever is proven: they hide
 * config.json, or keep the service from the network. Only what is certain; the rest is left to the test.
 */
export async function wallProblems(
  { service, users }: Pick<Profile, "service" | "users">,
  unit: LoadedUnit,
  host: Host,
): Promise<readonly Problem[]> {
  if (users.size === 0) return [];
  const home = serviceHome(service, host.accounts.user(service.user));
  const config = joined(home, ...clientConfigFolders, clientConfigName);
  return [
    ...hiding(unit, config).map((property) =>
      wall(unit, property, `it hides ${config}, which the module reads`),
    ),
    ...(await withoutNetwork(unit, host)).map((property) =>
      wall(unit, property, "the service has a network of its own then, in which no HSM is"),
    ),
  ];
}

/** Shows something where another property has hidden what was there. */
const showing: readonly SandboxProperty[] = [
  "BindPaths",
  "BindReadOnlyPaths",
  "TemporaryFileSystem",
  "MountImages",
];
const homes = ["/home", "/root", "/run/user"];

function hiding({ settings: { sandbox } }: LoadedUnit, config: AbsolutePath): readonly SandboxProperty[] {
  if (showing.some((property) => sandbox.has(property))) return [];
  const isBelow = (folder: string): boolean => folder === "/" || `${config}/`.startsWith(`${folder}/`);
  return [
    ...(sandbox.paths("InaccessiblePaths").some(({ path }) => isBelow(path))
      ? ["InaccessiblePaths" as const]
      : []),
    ...(/^(?:yes|tmpfs)$/.test(sandbox.texts.get("ProtectHome") ?? "") && homes.some(isBelow)
      ? ["ProtectHome" as const]
      : []),
  ];
}

/** A network of its own can be another unit's. */
async function withoutNetwork({ settings }: LoadedUnit, host: Host): Promise<readonly SandboxProperty[]> {
  const { sandbox, unit } = settings;
  if (!sandbox.has("PrivateNetwork") || sandbox.has("NetworkNamespacePath")) return [];
  const further = await furtherProperties(host, unit);
  return further.some((property) => property.startsWith("JoinsNamespaceOf=")) ? [] : ["PrivateNetwork"];
}

function wall({ settings, placed }: LoadedUnit, property: SandboxProperty, why: string): Problem {
  const { unit, sandbox } = settings;
  const where = placed.whereIs(property);
  return new Problem("smoke-unit-wall", `the module cannot work in ${unit} with its ${property}=`, {
    ...(where && { where }),
    detail: `${property}=${sandbox.texts.get(property) ?? ""}: ${why}`,
    hint: `change it (systemctl edit ${shellWord(unit)}, then systemctl daemon-reload)`,
  });
}
