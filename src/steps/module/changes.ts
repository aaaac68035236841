import { clientModule } from "../../vendor/client.js";
import type { Accounts } from "../../host/host.js";
import type { InstalledFile, Receipt } from "../../host/installer/receipt.js";
import type { Registration } from "../../host/installer/registration.js";
import { loaderEntry } from "../../host/installer/loader-entry.js";
import { folderOf } from "../../host/path.js";
import type { ModuleSource } from "../../profile/types.js";
import type { Change } from "../../workflow/change.js";
import type { RegisterLibrary } from "../../workflow/change-kinds/register-library.js";
import type { RunInstaller } from "../../workflow/change-kinds/run-installer.js";
import type { Drift } from "./observe.js";

const step = "module";

/** Run install.sh of this archive on the host itself; `from` is what it replaces. */
export function installerChange(
  source: ModuleSource,
  archive: { sha256: string; version: string },
  from: string | null,
  unforeseen: string | undefined,
): RunInstaller {
  return {
    step,
    kind: "run-installer",
    path: source.archive,
    sha256: archive.sha256,
    version: archive.version,
    from,
    timeoutSeconds: source.installerTimeoutSeconds,
    ...(source.answers !== undefined && { answers: source.answers }),
    ...(unforeseen !== undefined && { unforeseen }),
  };
}

/** After an installer has run: it decides where the module is, and whether anything is left to do. */
export function registerAfterInstaller(): RegisterLibrary {
  return { step, kind: "register-library", path: loaderEntry, library: clientModule, folder: null };
}

/** For an installed module that the loader does not find, or will not find after the next ldconfig. */
export function registrationChanges(
  { library }: Receipt,
  registration: Registration,
): readonly RegisterLibrary[] {
  const isWanted = registration.state === "missing" || registration.state === "fading";
  return isWanted
    ? [
        {
          step,
          kind: "register-library",
          path: loaderEntry,
          library: clientModule,
          folder: folderOf(library),
        },
      ]
    : [];
}

/** Restores owners and modes; an installer that copies over an existing file would keep the wrong ones. */
export function rightsChanges(drift: readonly Drift[], accounts: Accounts): readonly Change[] {
  return drift.flatMap(({ recorded, now }): Change[] => {
    if (now === undefined || now.target !== undefined || recorded.target !== undefined) return [];
    const owner = now.uid !== recorded.uid || now.gid !== recorded.gid;
    // changing the owner may clear setuid bits, so the mode follows
    return [
      ...(owner
        ? [
            {
              step,
              kind: "set-owner",
              path: now.path,
              from: named(now, accounts),
              ...named(recorded, accounts),
            } as const,
          ]
        : []),
      ...(now.mode === recorded.mode
        ? []
        : [{ step, kind: "set-mode", path: now.path, from: now.mode, mode: recorded.mode } as const]),
    ];
  });
}

function named({ uid, gid }: InstalledFile, accounts: Accounts): { owner: string; group: string } {
  return { owner: accounts.userName(uid), group: accounts.groupName(gid) };
}
