import type { Host } from "../../host/host.js";
import { resolveLinks } from "../../host/installer/resolve-links.js";
import { asAbsolutePath } from "../../host/path.js";
import { ownFolders } from "../../host/unit/transient-unit.js";
import type { SandboxPath, SandboxProperty } from "../../host/unit/unit-sandbox.js";
import type { UnitSettings } from "../../host/unit/unit-settings.js";
import { Problem } from "../../problem/problem.js";
import type { Change } from "../../workflow/change.js";

const demanding: readonly SandboxProperty[] = [
  "ReadWritePaths",
  "ReadOnlyPaths",
  "InaccessiblePaths",
  "ExecPaths",
  "NoExecPaths",
];

/** In another root, or an image, paths mean something else. */
const moved: readonly SandboxProperty[] = ["RootDirectory", "RootImage", "TemporaryFileSystem", "BindPaths"];

/** A property, a path that it demands and that is not there, and systemd's exit status for that. */
type Missing = readonly [property: SandboxProperty | "WorkingDirectory", path: string, status: string];

/**
 * Properties that name a path that does not exist, without which systemd starts nothing, and that path. What
 * the plan makes, and what systemd makes before, is not missed, nor what is below /run, which another service
 * may make.
 */
export function missingPaths(
  settings: UnitSettings,
  host: Host,
  planned: readonly Change[],
): readonly Missing[] {
  const { sandbox, workingDirectory } = settings;
  if (moved.some((property) => sandbox.has(property))) return [];
  const made = [...planned.map(({ path }) => path), ...ownFolders(settings)];
  const isMade = (path: string): boolean =>
    /^\/(?:var\/)?run\//.test(path) || made.some((one) => `${one}/`.startsWith(`${path}/`));
  const isMissed = ({ path, optional }: SandboxPath): boolean =>
    !optional && !isMade(path) && isMissing(host, path);
  return [
    ...demanding.flatMap((property) =>
      sandbox
        .paths(property)
        .filter(isMissed)
        .map(({ path }): Missing => [property, path, "226/NAMESPACE"]),
    ),
    ...(workingDirectory && isMissed(workingDirectory)
      ? [["WorkingDirectory", workingDirectory.path, "200/CHDIR"] as const]
      : []),
  ];
}

function isMissing(host: Host, path: string): boolean {
  const known = asAbsolutePath(path.replace(/(?<=.)\/+$/, ""));
  if (known === undefined) return false;
  try {
    return resolveLinks(host.files(), known) === undefined;
  } catch (error) {
    // what root itself cannot look at in safety is not judged
    if (error instanceof Problem) return false;
    throw error;
  }
}
