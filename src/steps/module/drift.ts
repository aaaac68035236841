import type { Host } from "../../host/host.js";
import { installedFile } from "../../host/installer/receipt.js";
import { isModules } from "../../host/installer/modules-files.js";
import type { InstalledFile, Receipt } from "../../host/installer/receipt.js";

/**
 * A recorded file that is not as the installer left it. `now` is undefined when it is gone, or no file or
 * link any more.
 */
export interface Drift {
  readonly recorded: InstalledFile;
  readonly now: InstalledFile | undefined;
  /** Something else than its owner and mode differs: only the installer can bring it back. */
  readonly content: boolean;
}

/** Compares every recorded file with what is there, by content and rights. */
export function observeDrift(host: Pick<Host, "files">, receipt: Receipt): readonly Drift[] {
  const owners = receipt.files.map(({ uid }) => uid);
  // an earlier knetctl recorded all that install.sh made
  return receipt.files
    .filter(({ path }) => isModules(path, receipt.library))
    .flatMap((recorded) => {
      const now = installedFile(host, recorded.path, owners);
      const content = now === undefined || now.sha256 !== recorded.sha256 || now.target !== recorded.target;
      // the kernel gives every link the same mode
      const rights =
        now !== undefined &&
        recorded.target === undefined &&
        (now.mode !== recorded.mode || now.uid !== recorded.uid || now.gid !== recorded.gid);
      return content || rights ? [{ recorded, now, content }] : [];
    });
}
