import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../../host/host.js";
import { Problem, Problems } from "../../problem/problem.js";
import type { ModuleSource } from "../../profile/types.js";

export interface InspectedArchive {
  readonly sha256: string;
  readonly version: string;
  /** Of each library in it that is, by its name, the module. */
  readonly moduleHashes: readonly string[];
  /** What keeps it from being installed here. */
  readonly problems: readonly Problem[];
}

/**
 * Looks into the archive of that SHA-256, in a private folder that is gone afterwards; nothing of it is run.
 * What is wrong with the archive comes back as problems, and then there is no more to tell.
 */
export async function inspectModule(
  source: ModuleSource,
  sha256: string,
  host: Host,
): Promise<InspectedArchive | readonly Problem[]> {
  const [{ withPrivateFolder }, { prepareModule }] = await Promise.all([
    import("../../host/archive/private-folder.js"),
    import("../../host/installer/prepare-module.js"),
  ]);
  try {
    return await withPrivateFolder(async (folder) => {
      const { archive, extracted, problems } = await prepareModule(source.archive, { folder, sha256, host });
      const moduleHashes = archive.modules.map((name) =>
        createHash("sha256")
          .update(readFileSync(join(extracted, name)))
          .digest("hex"),
      );
      return { sha256: archive.sha256, version: archive.version, moduleHashes, problems };
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
