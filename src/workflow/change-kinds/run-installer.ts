import type { InstallationRecord } from "../../host/installer/record-installation.js";
import { joined } from "../../host/path.js";
import type { ChangeKind, CommonChange } from "../change-kind.js";
import { shellPath } from "./by-hand.js";

/** For code that depends on whether an installer runs first. */
export const runInstallerKind = "run-installer";

/** Run the vendor archive's install.sh. `path` is the archive. */
export interface RunInstaller extends CommonChange {
  readonly kind: typeof runInstallerKind;
  /** The hash of the archive as planned; `apply` refuses any other. */
  readonly sha256: string;
  readonly version: string;
  /** The version installed before; null if none; "unknown" if it was not installed by knetctl. */
  readonly from: string | null;
  readonly timeoutSeconds: number;
  /** Lines for its standard input; absent: it is empty. */
  readonly answers?: readonly string[];
}

/**
 * Runs a vendor archive's install.sh. What it changed is found by looking before and after, so that it can be
 * undone; the code is loaded only when one is really run or taken back, since a plan seldom contains one.
 */
export const runInstaller: ChangeKind<RunInstaller, InstallationRecord> = {
  text: ({ path, from, version, answers }) =>
    `run install.sh of ${path}  ${versions(from, version)}${answersText(answers)}`,
  isNew: ({ from }) => from === null,
  json: ({ sha256, version, from, timeoutSeconds, answers }) => ({
    sha256,
    version,
    from,
    timeoutSeconds,
    ...(answers !== undefined && { answers }),
  }),

  // what install.sh will do is not known in advance
  onlyInPlace: true,
  changesContent: true,

  parsePrior: (json) => (isInstallationRecord(json) ? json : undefined),

  record: async ({ path, sha256 }, run) => {
    const { recordInstallation } = await import("../../host/installer/record-installation.js");
    return recordInstallation(path, sha256, run);
  },

  perform: async ({ path, sha256, version, timeoutSeconds, answers = [] }, record, run) => {
    const { performInstallation } = await import("../../host/installer/perform-installation.js");
    await performInstallation({ archive: path, sha256, version, timeoutSeconds, answers }, record, run);
  },

  observe: async (change, record, run) => {
    const { installationStanding } = await import("../../host/installer/installation-standing.js");
    return installationStanding(change, record, run);
  },

  lookedAt: async (_change, _record, { host, folder }) => {
    const { installationLookedAt } = await import("../../host/installer/looked-at.js");
    return installationLookedAt(host, folder);
  },

  undo: async ({ timeoutSeconds }, record, run) => {
    const { undoInstallation } = await import("../../host/installer/undo-installation.js");
    await undoInstallation(record, run, run.recovering === true ? timeoutSeconds : undefined);
  },

  byHand: (_change, _record, { folder, host }) => [
    `less ${shellPath(host, joined(folder, "module", "changes.json"))}  # what install.sh changed; ` +
      "copies of what it replaced are in backups/ beside it",
  ],
};

function versions(from: string | null, to: string): string {
  if (from === null) return `version ${to}`;
  return from === to ? `version ${to} again` : `version ${from} → ${to}`;
}

function answersText(given: readonly string[] | undefined): string {
  return given === undefined ? "" : `, answering ${given.map((answer) => JSON.stringify(answer)).join(", ")}`;
}

function isInstallationRecord(json: unknown): json is InstallationRecord {
  if (typeof json !== "object" || json === null) return false;
  const { marker, installer, interpreter, names, receipt }: { [name: string]: unknown } = { ...json };
  return (
    typeof marker === "string" &&
    /^[0-9a-f]{32}$/.test(marker) &&
    typeof installer === "string" &&
    typeof interpreter === "object" &&
    interpreter !== null &&
    Array.isArray(names) &&
    names.every((name) => typeof name === "string") &&
    (receipt === null || typeof receipt === "string")
  );
}
