import { basename } from "node:path";
import type { Owners } from "../../host/files/trust.js";
import type { Receipt } from "../../host/installer/receipt.js";
import { Problem } from "../../problem/problem.js";
import type { ModuleSource } from "../../profile/types.js";

/** The archive that is to be the installed one. */
export interface WantedModule {
  readonly source: ModuleSource;
  /** Of one that is not pinned and gone: what is installed of that name counts as it. */
  readonly sha256: string;
  /** Said with the plan: not pinned, or gone. */
  readonly warnings: readonly Problem[];
  /** Why it may not be run: it is not pinned, and others can change it. */
  readonly distrust?: Problem | undefined;
}

/**
 * Which archive is wanted, told by its SHA-256. A pinned one is believed, so that nothing is read where the
 * receipt names the same: the archive may even be gone. One that is not pinned is hashed, and others than the
 * trusted must have no hand in it.
 */
export async function wantedModule(
  source: ModuleSource,
  receipt: Receipt | undefined,
  trusted: Owners,
): Promise<WantedModule> {
  if (source.sha256 !== undefined) return { source, sha256: source.sha256, warnings: [] };
  const [{ hashArchive }, { unpinnedWarning, untrustedArchive }] = await Promise.all([
    import("../../host/archive/copy-archive.js"),
    import("../../host/archive/unpinned-warning.js"),
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

/** Whether the receipt is of the wanted archive. */
export function isInstalled(wanted: WantedModule, receipt: Receipt | undefined): receipt is Receipt {
  return receipt !== undefined && wanted.sha256 === receipt.archiveSha256;
}
