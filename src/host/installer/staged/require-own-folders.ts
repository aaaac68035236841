import { trustedOwners } from "../../files/trust.js";
import { withFolder, type Tree } from "../../files/walk.js";
import { folderOf, type AbsolutePath } from "../../path.js";
import type { StagedChange } from "./judge.js";

/**
 * Throws `host-untrusted-folder` where a change is to be made in a folder of the host in which others can
 * write: it would be refused when it is made, and is better refused before anything is. `root` is a path of
 * this machine that opens the host's root; `ownerAbove` as in `StagedInstallation`.
 */
export function requireOwnFolders(
  changes: readonly StagedChange[],
  root: string,
  ownerAbove: (path: AbsolutePath) => number,
): void {
  const seen = new Set<string>();
  const notFolders = new Set(
    changes.filter(({ before }) => before !== null && before.kind !== "folder").map(({ path }) => path),
  );
  for (const { path } of changes) {
    // what is below a folder that takes the place of something else is judged with it
    if (notFolders.has(folderOf(path))) continue;
    const uid = ownerAbove(path);
    const key = `${uid} ${folderOf(path)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    nearest({ root, owners: trustedOwners(uid === 0 ? [] : [uid]) }, folderOf(path));
  }
}

/** Walks to the folder, or as far on the way to it as there are folders. */
function nearest(tree: Tree, folder: AbsolutePath): void {
  for (let at = folder; ; at = folderOf(at)) {
    const found = withFolder(tree, at, "change", () => true);
    if (found === true || at === "/") return;
  }
}
