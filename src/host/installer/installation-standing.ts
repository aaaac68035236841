import {
  installationFiles,
  readChanges,
  requireRecord,
  type InstallationFiles,
} from "./installation-files.js";
import { observeInstallation } from "./observe-installation.js";
import type { Host } from "../host.js";
import type { AbsolutePath } from "../path.js";
import { readReceipt } from "./receipt.js";
import type { InstallationRecord, InstallationRun } from "./record-installation.js";
import { keptStanding } from "./kept-standing.js";
import { readKept } from "./kept.js";
import { restoration } from "./restoration.js";
import { standingOf } from "./restore.js";

/** Where an installation stands: see `Standing` of the workflow, whose shape this is. */
export type InstallationStanding =
  | { readonly state: "before" | "after" | "partly" }
  | { readonly state: "other"; readonly path: string; readonly because: string };

/** What is known of the installation. */
export interface Installed {
  /** The archive. */
  readonly path: AbsolutePath;
  readonly sha256: string;
  readonly timeoutSeconds: number;
}

/**
 * Looks at every path that install.sh changed. `other`, with the first such path, when one of them is neither
 * as the installer left it nor as it was before, or when another archive has been installed since. An
 * installer that was cut off before what it changed was recorded is `partly` done.
 */
export async function installationStanding(
  { path: archive, sha256, timeoutSeconds }: Installed,
  { receipt }: InstallationRecord,
  { host, folder }: Pick<InstallationRun, "host" | "folder">,
): Promise<InstallationStanding> {
  const files = installationFiles(host, folder);
  requireRecord(host, files);
  const changes = readChanges(files);
  if (changes === undefined) return cutOff(host, files, timeoutSeconds);
  const now = readReceipt(host.files());
  const formerText = receipt ?? "";
  if (now !== undefined && now.archiveSha256 !== sha256 && !formerText.includes(now.archiveSha256))
    return { state: "other", path: archive, because: `version ${now.version} was installed since` };
  const how = restoration(host, files, changes);
  const states = changes
    .filter(({ change }) => change !== "rewritten")
    .map((change) => ({ change, state: standingOf(change, how) }));
  const other = states.find(({ state }) => state === "other");
  if (other !== undefined)
    return { state: "other", path: other.change.path, because: "it was changed after the installer ran" };
  if (states.some(({ state }) => state === "after"))
    return { state: states.every(({ state }) => state === "after") ? "after" : "partly" };
  const [left] = await keptStanding(host, readKept(files), how);
  return left === undefined ? { state: "before" } : { state: states.length === 0 ? "after" : "partly" };
}

async function cutOff(
  host: Host,
  files: InstallationFiles,
  timeoutSeconds: number,
): Promise<InstallationStanding> {
  const observed = await observeInstallation(host, files, timeoutSeconds);
  if (observed === undefined) return { state: "before" };
  const [path] = observed.late;
  if (path === undefined) return { state: "partly" };
  const more = observed.late.length === 1 ? "" : `, and so were ${observed.late.length - 1} more`;
  return { state: "other", path, because: `it was changed later than install.sh can have run${more}` };
}
