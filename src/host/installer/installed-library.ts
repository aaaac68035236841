import { posix } from "node:path";
import { Problem, throwIfErrors } from "../../problem/problem.js";
import { clientModule } from "../../vendor/client.js";
import { distributionOf } from "../distribution.js";
import type { Host } from "../host.js";
import type { AbsolutePath } from "../path.js";
import { sizeLimits } from "../size-limits.js";
import { checkModule } from "./check-module.js";
import type { BundledLibrary } from "./check-module.js";
import { openLoader } from "./loader.js";
import type { Loader } from "./loader.js";

/** What an installer left behind. */
export interface Leavings {
  /** What it created or changed, and who owns that. */
  readonly made: readonly { readonly path: AbsolutePath; readonly uid: number }[];
  /** What an earlier installation recorded. */
  readonly earlier: readonly { readonly path: AbsolutePath }[];
  /** Whether the archive held the module packed, so that nobody has looked at it yet. */
  readonly isPacked: boolean;
  /** The archive's path, for Problems. */
  readonly archive: string;
}

/**
 * Where the module is now. Problems: `installer-no-library`; of one that came packed, `elf-…` when it cannot
 * be loaded here.
 */
export function installedLibrary(host: Host, { made, earlier, isPacked, archive }: Leavings): AbsolutePath {
  const loader = openLoader(host.files(...new Set(made.map(({ uid }) => uid))));
  const byName = loader.find(clientModule)?.path;
  const paths = made.map(({ path }) => path);
  const named = [...new Set([...paths, ...earlier.map(({ path }) => path)])]
    .sort()
    .filter((path) => posix.basename(path) === clientModule);
  const candidates = named.filter((path) => loader.find(path) !== undefined);
  if (isPacked)
    throwIfErrors(checkUnpacked(host, loader, paths, candidates.length > 0 ? candidates : named, archive));
  const library = candidates.find((path) => path === byName) ?? candidates[0] ?? byName;
  if (library !== undefined) return library;
  throw new Problem("installer-no-library", `install.sh succeeded but left no ${clientModule}`, {
    where: { path: archive },
    detail: "nothing of that name was created for this machine",
    hint: "ask the vendor where install.sh puts the module",
  });
}

/** Libraries that came with it are found once its folder is registered. */
function checkUnpacked(
  host: Host,
  loader: Loader,
  made: readonly AbsolutePath[],
  modules: readonly AbsolutePath[],
  archive: string,
): readonly Problem[] {
  if (modules.length === 0) return [];
  const files = host.files();
  const library = (path: AbsolutePath): BundledLibrary => ({
    name: path,
    content: () => files.read(path, sizeLimits.library) ?? Buffer.alloc(0),
  });
  const bundled = made.filter((path) => /\.so(\.[\d.]+)?$/.test(path) && files.entry(path)?.kind === "file");
  return checkModule({
    modules: modules.map(library),
    bundled: bundled.map(library),
    loader,
    archive,
    distribution: distributionOf(files),
  });
}
