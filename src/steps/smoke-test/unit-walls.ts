import type { Host } from "../../host/host.js";
import { type AbsolutePath, joined } from "../../host/path.js";
import { hidingProperties } from "../../host/unit/hidden-paths.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import type { SandboxProperty } from "../../host/unit/unit-sandbox.js";
import { Problem } from "../../problem/problem.js";
import { shellWord } from "../../formats/text/shell-word.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Profile } from "../../profile/types.js";
import type { Change } from "../../workflow/change.js";
import { clientConfigFolders, clientConfigName } from "../../vendor/client.js";
import { whyNotLoaded } from "./hidden-module.js";
import { missingPaths } from "./missing-paths.js";

/**
 * Properties of the service's unit with which the module cannot work, whatever is proven: they hide
 * config.json, the module or a library that it needs, name a path that is not there, or keep the service from
 * the network. Only what is certain; the rest is left to the test.
 */
export function wallProblems(
  { service, users }: Pick<Profile, "service" | "users">,
  unit: LoadedUnit,
  host: Host,
  planned: readonly Change[],
): readonly Problem[] {
  if (users.size === 0) return [];
  const home = serviceHome(service, host.accounts.user(service.user));
  const config = joined(home, ...clientConfigFolders, clientConfigName);
  return [
    ...hidden(unit, config, host, planned).map(([property, why]) => wall(unit, property, why)),
    ...missingPaths(unit.settings, host, planned).map(([property, path, status]) =>
      wall(
        unit,
        property,
        `there is no ${path}, so systemd cannot start the service (${status}); a path that may be ` +
          "missing has a `-` before it",
      ),
    ),
    ...withoutNetwork(unit).map((property) =>
      wall(unit, property, "the service then has its own network, from which no HSM can be reached"),
    ),
  ];
}

/** Each property with what it hides. Where the unit leads the loader elsewhere, only config.json counts. */
function hidden(
  { settings, environment }: LoadedUnit,
  config: AbsolutePath,
  host: Host,
  planned: readonly Change[],
): readonly (readonly [SandboxProperty, string])[] {
  const hasOwnWays = environment.variables.has("LD_LIBRARY_PATH") || environment.variables.has("LD_PRELOAD");
  return hidingProperties(settings.sandbox, host.files()).flatMap((hiding) => {
    const why = hiding.hides(config)
      ? `it hides ${config}, which the module reads`
      : hasOwnWays
        ? undefined
        : whyNotLoaded(host, hiding, planned);
    return why === undefined ? [] : [[hiding.property, why] as const];
  });
}

/** A network of its own can be another unit's. */
function withoutNetwork({ settings: { sandbox, further } }: LoadedUnit): readonly SandboxProperty[] {
  const isOwn = sandbox.has("PrivateNetwork") && !sandbox.has("NetworkNamespacePath");
  return isOwn && (further.get("JoinsNamespaceOf") ?? "") === "" ? ["PrivateNetwork"] : [];
}

function wall(
  { settings, placed }: LoadedUnit,
  property: SandboxProperty | "WorkingDirectory",
  why: string,
): Problem {
  const { unit, sandbox, workingDirectory } = settings;
  const where = placed.whereIs(property);
  const value = property === "WorkingDirectory" ? workingDirectory?.path : sandbox.texts.get(property);
  return new Problem("smoke-unit-wall", `the module cannot work in ${unit} with its ${property}=`, {
    ...(where && { where }),
    detail: `${property}=${value ?? ""}: ${why}`,
    hint: `change it (systemctl edit ${shellWord(unit)}, then systemctl daemon-reload)`,
  });
}
