import type { Entry, Files, Host } from "../../host/host.js";
import { joined, type AbsolutePath } from "../../host/path.js";
import { needsPermission } from "../../problem/needs-permission.js";
import { Problem } from "../../problem/problem.js";
import { clientConfigFolders, clientConfigName } from "../../profile/client-config-place.js";
import { existingText, largestConfig, unusable, type EmptyText, type ExistingText } from "./existing.js";

export interface ObservedClientConfig {
  readonly path: AbsolutePath;
  /** Outermost first. */
  readonly missingFolders: readonly AbsolutePath[];
  /** `missing`: there is no such file. `unseen`: there may be one, but this process may not look. */
  readonly file: ExistingText | EmptyText | "missing" | "unseen";
  /** Why it could not be seen. */
  readonly unseenReason?: string;
}

/**
 * Looks at config.json and the folders on the way, trusting the service user's. Throws Problems for what cannot be
 * edited or walked through; a lack of permission is no problem but `unseen`.
 */
export function observeClientConfig(host: Host, home: AbsolutePath, serviceUid: number | undefined): ObservedClientConfig {
  const files = serviceUid === undefined ? host.files() : host.files(serviceUid);
  const folders = clientConfigFolders.map((_, index) => joined(home, ...clientConfigFolders.slice(0, index + 1)));
  const path = joined(home, ...clientConfigFolders, clientConfigName);
  try {
    const firstMissing = folders.findIndex((folder) => isMissing(files.entry(folder), folder));
    if (firstMissing !== -1) return { path, missingFolders: folders.slice(firstMissing), file: "missing" };
    return { path, missingFolders: [], file: observeFile(files, path) };
  } catch (error) {
    if (!needsPermission(error)) throw error;
    return { path, missingFolders: [], file: "unseen", unseenReason: error.message };
  }
}

function isMissing(entry: Entry | undefined, folder: AbsolutePath): boolean {
  if (entry === undefined || entry.kind === "folder") return entry === undefined;
  throw new Problem("client-config-not-a-folder", "a folder on the way to config.json is none", {
    where: { path: folder },
    detail: `it is a ${entry.kind}`,
    hint: `move it away (mv ${folder} ${folder}.old): then the folder is made`,
  });
}

function observeFile(files: Files, path: AbsolutePath): ObservedClientConfig["file"] {
  const entry = files.entry(path);
  if (entry === undefined) return "missing";
  if (entry.kind !== "file") throw unusable("client-config-not-a-file", "config.json is no regular file", { path }, `it is a ${entry.kind}`);
  if (entry.size > largestConfig) {
    throw unusable("client-config-too-large", "config.json is over 5 MiB", { path }, `it has ${entry.size} bytes`);
  }
  const bytes = files.read(path, largestConfig);
  return bytes === undefined ? "missing" : existingText(bytes, path);
}
