import { posix } from "node:path";
import { Problem, Problems, throwIfErrors } from "../../problem/problem.js";
import { clientModule, usualClientPath, isClientModule } from "../../vendor/client.js";

import { distributionOf } from "../distribution.js";
import type { Host } from "../host.js";
import { path as literal } from "../path.js";
import type { AbsolutePath } from "../path.js";
import { sizeLimits } from "../size-limits.js";
import { isOfArchive } from "./archive-files.js";
import type { ArchiveFiles } from "./archive-files.js";
import { checkModule } from "./check-module.js";
import type { BundledLibrary } from "./check-module.js";
import { openLoader } from "./loader.js";
import type { Loader } from "./loader.js";
import { isModules, modulesFiles } from "./modules-files.js";
import type { MadeEntry } from "./modules-files.js";
import { installedFile, readReceipt } from "./receipt.js";
import type { InstalledFile, Receipt } from "./receipt.js";

/** An archive whose install.sh has run. */
export interface InstalledArchive extends ArchiveFiles {
  /** Its path. */
  readonly path: string;
  readonly sha256: string;
  readonly version: string;
}

/** What install.sh has just done. */
export interface Work {
  /** What it made or changed. */
  readonly made: readonly MadeEntry[];
  /** What it wrote again as it was: somebody had run it before. */
  readonly again: readonly MadeEntry[];
}

/**
 * The receipt of what install.sh has just left on a host, or in its stage. Problems: those of
 * `installedLibrary`, and `module-drift` when the same archive did not bring back what was changed; each with
 * `lastWords`.
 */
export function receiptOf(
  host: Host,
  archive: InstalledArchive,
  work: Work,
  lastWords: readonly string[],
): Receipt {
  try {
    return receiptFor(host, archive, work);
  } catch (error) {
    throw withLastWords(error, lastWords);
  }
}

function receiptFor(host: Host, archive: InstalledArchive, { made, again }: Work): Receipt {
  const former = formerReceipt(host);
  const kept = [...again, ...usualModule(host)].filter((entry) => isOfArchive(entry, archive));
  const library = installedLibrary(host, {
    made: [...made, ...kept],
    earlier: former?.files ?? [],
    isPacked: ![...archive.names].some(isClientModule),
    archive: archive.path,
  });
  const files = modulesFiles({ made: [...made, ...kept], former, archive, library }).flatMap(
    (path) => installedFile(host, path) ?? [],
  );
  requireRepaired(archive, former, made, files);
  return {
    format: 1,
    archiveSha256: archive.sha256,
    archiveName: posix.basename(archive.path),
    version: archive.version,
    files,
    library,
  };
}

/** One that install.sh need not touch, since it is there already. */
function usualModule(host: Host): readonly MadeEntry[] {
  const found = installedFile(host, literal(usualClientPath));
  return found === undefined ? [] : [found];
}

/**
 * The same archive was run because a file was missing or replaced; one that it does not bring back must not
 * become the record.
 */
function requireRepaired(
  { sha256, path: archive, hashes }: InstalledArchive,
  former: Receipt | undefined,
  made: readonly MadeEntry[],
  files: readonly InstalledFile[],
): void {
  if (former?.archiveSha256 !== sha256) return;
  const touched = new Set<string>(made.map(({ path }) => path));
  const now = new Map(files.map((file) => [file.path, file]));
  const wrong = former.files.filter(
    ({ path, sha256: content, target }) =>
      (target !== undefined || hashes.has(content ?? "")) &&
      isModules(path, former.library) &&
      !touched.has(path) &&
      (now.get(path)?.sha256 !== content || now.get(path)?.target !== target),
  );
  if (wrong.length === 0) return;
  throw new Problem("module-drift", "install.sh did not bring back what was changed", {
    where: { path: archive },
    detail: wrong.map(({ path }) => path).join("\n"),
    hint: "move these files away and run again, or find out what removes or replaces them",
  });
}

function formerReceipt(host: Host): Receipt | undefined {
  try {
    return readReceipt(host.files());
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** What went wrong after a script that ended well is most often told in what it printed. */
function withLastWords(error: unknown, lastWords: readonly string[]): unknown {
  if (error instanceof Problems)
    return new Problems(error.list.map((problem, at) => (at === 0 ? told(problem, lastWords) : problem)));
  return error instanceof Problem ? told(error, lastWords) : error;
}

function told(
  { code, message, where, detail, hint, severity, cause }: Problem,
  lastWords: readonly string[],
): Problem {
  return new Problem(code, message, {
    severity,
    ...(where && { where }),
    detail: [...(detail === undefined ? [] : [detail]), "install.sh succeeded", ...lastWords].join("\n"),
    ...(hint !== undefined && { hint }),
    cause,
  });
}

/** What an installer left behind. */
interface Leavings {
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
function installedLibrary(host: Host, { made, earlier, isPacked, archive }: Leavings): AbsolutePath {
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
    detail: "nothing of that name was created for this host",
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
