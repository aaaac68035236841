import { shellWord } from "../../formats/text/shell-word.js";
import { mebibytes } from "../../formats/units.js";
import { sizeLimits } from "../../host/size-limits.js";
import { article } from "../../host/files/trust.js";
import type { Entry, Files, Host } from "../../host/host.js";
import { type AbsolutePath, joined } from "../../host/path.js";
import { ownCommand } from "../../host/own-command.js";
import { needsPermission, Problem } from "../../problem/problem.js";
import { clientConfigFolders, clientConfigName } from "../client.js";
import { type EmptyText, existingText, type ExistingText, unusable } from "./existing.js";

export interface ObservedClientConfig {
  readonly path: AbsolutePath;
  /** Outermost first. */
  readonly missingFolders: readonly AbsolutePath[];
  /**
   * `missing`: there is no such file. `unseen`: there may be one, but this process has no permission to look.
   */
  readonly file: ExistingText | EmptyText | "missing" | "unseen";
  /** Why it could not be seen. */
  readonly unseenReason?: string;
}

/**
 * Looks at config.json and the folders that lead to it, trusting the service user's. Throws Problems for a
 * file that cannot be edited or a folder that cannot be entered; missing permission is not a Problem but
 * `unseen`. `hint`: what the Problems advise instead of moving the obstacle away and applying a profile.
 */
export function observeClientConfig(
  host: Host,
  home: AbsolutePath,
  serviceUid: number | undefined,
  hint?: string,
): ObservedClientConfig {
  const files = serviceUid === undefined ? host.files() : host.files(serviceUid);
  const folders = clientConfigFolders.map((_, index) =>
    joined(home, ...clientConfigFolders.slice(0, index + 1)),
  );
  const path = joined(home, ...clientConfigFolders, clientConfigName);
  try {
    const firstMissing = folders.findIndex((folder) =>
      isMissing(files.entry(folder), folder, hint ?? moveAway(host, folder)),
    );
    if (firstMissing !== -1) return { path, missingFolders: folders.slice(firstMissing), file: "missing" };
    return { path, missingFolders: [], file: observeFile(files, path, hint ?? moveAway(host, path)) };
  } catch (error) {
    if (!needsPermission(error)) throw error;
    return { path, missingFolders: [], file: "unseen", unseenReason: error.message };
  }
}

/** The file below this root, not the running system's file of the same name. */
function moveAway(host: Host, path: AbsolutePath): string {
  const real = shellWord(host.root === "/" ? path : `${host.root}${path}`);
  return (
    `correct it, or move it away (mv ${real} ${real}.old): then ${ownCommand(host, "apply PROFILE")} ` +
    "writes a new one"
  );
}

function isMissing(entry: Entry | undefined, folder: AbsolutePath, hint: string): boolean {
  if (entry === undefined || entry.kind === "folder") return entry === undefined;
  throw new Problem("client-config-not-a-folder", "something on the way to config.json is not a folder", {
    where: { path: folder },
    detail: `it is ${article[entry.kind]}`,
    hint,
  });
}

function observeFile(files: Files, path: AbsolutePath, hint: string): ObservedClientConfig["file"] {
  const entry = files.entry(path);
  if (entry === undefined) return "missing";
  if (entry.kind !== "file")
    throw unusable(
      "client-config-not-a-file",
      "config.json is not a regular file",
      { path },
      { detail: `it is ${article[entry.kind]}`, hint },
    );
  if (entry.size > sizeLimits.text) {
    throw unusable(
      "client-config-too-large",
      `config.json is larger than ${mebibytes(sizeLimits.text)}`,
      { path },
      { detail: `it has ${entry.size} bytes`, hint },
    );
  }
  const bytes = files.read(path, sizeLimits.text);
  return bytes === undefined ? "missing" : existingText(bytes, path, hint);
}
