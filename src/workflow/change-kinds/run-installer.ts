import type { InstallationRecord } from "../../host/installer/record-installation.js";
import type { ChangeKind } from "../change-kind.js";
import type { RunInstaller } from "../change.js";

/**
 * Runs a vendor archive's install.sh. What it changed is found by looking before and after, so that it can be undone; the
 * parts are loaded when one is really run, since a plan seldom holds one.
 */
export const runInstaller: ChangeKind<RunInstaller, InstallationRecord> = {
  record: async ({ path, sha256 }, run) => {
    const { recordInstallation } = await import("../../host/installer/record-installation.js");
    return recordInstallation(path, sha256, run);
  },

  perform: async ({ path, sha256, version, timeoutSeconds }, record, run) => {
    const { performInstallation } = await import("../../host/installer/perform-installation.js");
    await performInstallation({ archive: path, sha256, version, timeoutSeconds }, record, run);
  },

  undo: async (_change, record, run) => {
    const { undoInstallation } = await import("../../host/installer/undo-installation.js");
    await undoInstallation(record, run);
  },
};
