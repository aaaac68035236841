import { clientModule } from "../../vendor/client.js";
import type { Host } from "../../host/host.js";
import { loaderEntry, othersEntryNote } from "../../host/installer/loader-entry.js";
import { isModules } from "../../host/installer/modules-files.js";
import { installedFile, readReceipt } from "../../host/installer/receipt.js";
import type { InstalledFile, Receipt } from "../../host/installer/receipt.js";
import { type Loader, openLoader } from "../../host/installer/loader.js";
import { registrationOf } from "../../host/installer/registration.js";
import type { Registration } from "../../host/installer/registration.js";
import { needsPermission } from "../../problem/problem.js";
import type { Problem } from "../../problem/problem.js";

export interface ObservedModule {
  /** What knetctl installed last; undefined if nothing, or if it cannot be seen. */
  readonly receipt: Receipt | undefined;
  /** Why the receipt, or a recorded file, cannot be seen: this is not root. */
  readonly hidden: Problem | undefined;
  readonly drift: readonly Drift[];
  /** What others have written in the file that tells the loader about the module. */
  readonly othersEntry: string | undefined;
  /** What the dynamic loader finds by the module's bare name. */
  readonly registration: Registration;
  /** That was asked for it. */
  readonly loader: Loader;
}

/** Looks at the installed module: receipt, recorded files, dynamic loader. */
export function observeModule(host: Host): ObservedModule {
  const { receipt, drift, hidden } = observeReceipt(host);
  const loader = openLoader(host.files());
  return {
    receipt,
    drift,
    hidden,
    loader,
    othersEntry: othersEntryNote(host.files().read(loaderEntry)?.toString("utf8")),
    registration: registrationOf(host.files(), clientModule, receipt?.library, loader),
  };
}

function observeReceipt(host: Host): Pick<ObservedModule, "receipt" | "drift" | "hidden"> {
  let receipt: Receipt | undefined;
  try {
    receipt = readReceipt(host.files());
    return { receipt, hidden: undefined, drift: receipt === undefined ? [] : observeDrift(host, receipt) };
  } catch (error) {
    if (!needsPermission(error)) throw error;
    return { receipt, hidden: error, drift: [] };
  }
}

/**
 * A recorded file that is not as the installer left it. `now` is undefined if it is gone, or no longer a file
 * or link.
 */
export interface Drift {
  readonly recorded: InstalledFile;
  readonly now: InstalledFile | undefined;
  /** More than its owner and mode differs: only the installer can restore it. */
  readonly content: boolean;
}

/** Compares every recorded file with what is there, by content and rights. */
export function observeDrift(host: Pick<Host, "files">, receipt: Receipt): readonly Drift[] {
  // an earlier knetctl recorded everything that install.sh made
  return receipt.files
    .filter(({ path }) => isModules(path, receipt.library))
    .flatMap((recorded) => {
      const now = installedFile(host, recorded.path);
      const content = now === undefined || now.sha256 !== recorded.sha256 || now.target !== recorded.target;
      // the kernel gives every link the same mode
      const rights =
        now !== undefined &&
        recorded.target === undefined &&
        (now.mode !== recorded.mode || now.uid !== recorded.uid || now.gid !== recorded.gid);
      return content || rights ? [{ recorded, now, content }] : [];
    });
}
