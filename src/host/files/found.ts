import type { Entry } from "../host.js";
import { type AbsolutePath, folderOf, nameOf } from "../path.js";
import { entryAt } from "./descriptor.js";
import type { Purpose } from "./trust.js";
import { type Folder, linkTarget, mostLinks, tooManyLinks, type Tree, withFolder } from "./walk.js";

/** What a path names once its links are followed, in the folder that holds it. */
export interface Found {
  readonly folder: Folder;
  readonly name: string;
  readonly entry: Entry;
}

/**
 * Runs `use` on what the path names, every folder and link on the way being trusted. Undefined when it is
 * missing. Throws a Problem for a folder, link or file that root must not walk through.
 */
export function withFound<T>(
  tree: Tree,
  path: AbsolutePath,
  purpose: Purpose,
  use: (found: Found) => T,
): T | undefined {
  let wanted = path;
  for (let links = 0; links <= mostLinks; links++) {
    const name = nameOf(wanted);
    const reached = withFolder<{ readonly next: AbsolutePath } | { readonly result: T } | undefined>(
      tree,
      folderOf(wanted),
      purpose,
      (folder) => {
        const entry = entryAt(folder.fd, name);
        if (entry === undefined) return undefined;
        return entry.kind === "link"
          ? { next: linkTarget(folder, name, entry, purpose) }
          : { result: use({ folder, name, entry }) };
      },
    );
    if (reached === undefined) return undefined;
    if ("result" in reached) return reached.result;
    wanted = reached.next;
  }
  throw tooManyLinks(path);
}
