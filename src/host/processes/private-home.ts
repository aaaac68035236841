import type { Host } from "../host.js";
import { joined, type AbsolutePath } from "../path.js";
import { serviceModes } from "../rights.js";
import { withOwnFolder } from "./own-folder.js";

export interface HomeFile {
  /** The group that may read it: the service user's. */
  readonly gid: number;
  /** Folders from the home to the file, outermost first. */
  readonly folders: readonly string[];
  readonly name: string;
  readonly content: string;
}

/**
 * Runs `use` with a home that holds one file, root's 0640 in folders of 0750, for a process of the group to
 * read and nobody but root to change; it is gone afterwards (`withOwnFolder`).
 */
export function withPrivateHome<T>(
  host: Pick<Host, "files">,
  { gid, folders, name, content }: HomeFile,
  use: (home: AbsolutePath) => Promise<T>,
): Promise<T> {
  const files = host.files();
  const rights = { uid: 0, gid };
  const fill = (home: AbsolutePath): void => {
    const chain = folders.map((_, index) => joined(home, ...folders.slice(0, index + 1)));
    for (const folder of [home, ...chain])
      files.createFolder(folder, { ...rights, mode: serviceModes.folder });
    files.write(joined(home, ...folders, name), Buffer.from(content), { ...rights, mode: serviceModes.file });
  };
  return withOwnFolder(files, "home", fill, use);
}
