import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Owners } from "../../host/files/trust.js";
import type { Host } from "../../host/host.js";
import type { PreparedModule } from "../../host/installer/prepare-module.js";
import type { Receipt } from "../../host/installer/receipt.js";
import { Problem, Problems } from "../../problem/problem.js";
import type { ModuleSource } from "../../profile/types.js";

/** The archive that should be installed. */
export interface WantedModule {
  readonly source: ModuleSource;
  /** For an archive that is not pinned and is gone: an installed one with that name is taken to be it. */
  readonly sha256: string;
  /** Shown with the plan: it is not pinned, or gone. */
  readonly warnings: readonly Problem[];
  /** Why it may not be run: it is not pinned, and others can change it. */
  readonly distrust?: Problem | undefined;
}

/**
 * Which archive is wanted, identified by its SHA-256. A pinned hash is taken as given, so nothing is read if
 * the receipt names the same: the archive may even be gone. An archive that is not pinned is hashed, and only
 * trusted users may be able to change it.
 */
export async function wantedModule(
  source: ModuleSource,
  receipt: Receipt | undefined,
  trusted: Owners,
): Promise<WantedModule> {
  if (source.sha256 !== undefined) return { source, sha256: source.sha256, warnings: [] };
  const [{ hashArchive }, { unpinnedWarning, untrustedArchive }] = await Promise.all([
    import("../../host/archive/copy-archive.js"),
    import("../../host/archive/copy-archive.js"),
  ]);
  try {
    const { sha256, doubt } = await hashArchive(source.archive, trusted);
    if (doubt === undefined) return { source, sha256, warnings: [unpinnedWarning(source.archive, sha256)] };
    return { source, sha256, warnings: [], distrust: untrustedArchive(source.archive, sha256, doubt) };
  } catch (error) {
    const isInstalled = receipt?.archiveName === basename(source.archive);
    if (!(error instanceof Problem) || error.code !== "archive-missing" || !isInstalled) throw error;
    return {
      source,
      sha256: receipt.archiveSha256,
      warnings: [unpinnedWarning(source.archive, receipt.archiveSha256)],
    };
  }
}

/** Whether the receipt is for the wanted archive. */
export function isInstalled(wanted: WantedModule, receipt: Receipt | undefined): receipt is Receipt {
  return receipt !== undefined && wanted.sha256 === receipt.archiveSha256;
}

export interface InspectedArchive<T = undefined> {
  readonly sha256: string;
  readonly version: string;
  /** The hashes of each library in it that has the module's name. */
  readonly moduleHashes: readonly string[];
  /** What prevents it from being installed here. */
  readonly problems: readonly Problem[];
  /** What was made of it while it lay extracted; undefined where something keeps it from being installed. */
  readonly used: T | undefined;
}

/**
 * Looks into the archive with that SHA-256, in a private folder that is removed afterwards. If nothing
 * prevents it from being installed here, `use` is called with what lies there. Faults of the archive, and
 * what `use` throws, are returned as problems, and nothing else then.
 */
export async function inspectModule<T = undefined>(
  source: ModuleSource,
  sha256: string,
  host: Host,
  use: (prepared: PreparedModule) => Promise<T | undefined> = () => Promise.resolve(undefined),
): Promise<InspectedArchive<T> | readonly Problem[]> {
  const [{ withPrivateFolder }, { prepareModule }] = await Promise.all([
    import("../../host/archive/private-folder.js"),
    import("../../host/installer/prepare-module.js"),
  ]);
  try {
    return await withPrivateFolder(async (folder) => {
      const prepared = await prepareModule(source.archive, { folder, sha256, host });
      const { archive, extracted, problems } = prepared;
      const moduleHashes = archive.modules.map((name) =>
        createHash("sha256")
          .update(readFileSync(join(extracted, name)))
          .digest("hex"),
      );
      const isSound = !problems.some(({ severity }) => severity === "error");
      const used = isSound ? await use(prepared) : undefined;
      return { sha256: archive.sha256, version: archive.version, moduleHashes, problems, used };
    });
  } catch (thrown) {
    const error =
      source.sha256 === undefined
        ? (await import("../../host/archive/replaced-archive.js")).replacedArchive(thrown)
        : thrown;
    if (error instanceof Problems) return error.list;
    if (error instanceof Problem) return [error];
    throw error;
  }
}
