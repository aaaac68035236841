import { closeSync } from "node:fs";
import type { AbsolutePath } from "../path.js";

/** More than a plan looks into; a walk through a large tree beyond them opens and closes its own. */
const most = 64;

/**
 * Folders of one root that stay open for the looks that follow: a plan looks at some sixty paths in twenty
 * folders. All are closed before the program next takes in anything from outside, a timer or a process's end
 * among it, so that none is older than the code that runs in one go. Not for a host that is changed: what
 * was moved away or replaced in the meantime would be looked at instead of what has its place.
 */
export class KeptFolders<Folder extends { readonly fd: number; readonly path: AbsolutePath }> {
  readonly #folders = new Map<AbsolutePath, Folder>();

  at(path: AbsolutePath): Folder | undefined {
    return this.#folders.get(path);
  }

  /** Whether it is kept: if it is not, whoever opened it closes it. */
  keep(folder: Folder): boolean {
    if (this.#folders.size >= most) return false;
    if (this.#folders.size === 0)
      setImmediate(() => {
        this.#close();
      }).unref();
    this.#folders.set(folder.path, folder);
    return true;
  }

  #close(): void {
    for (const { fd } of this.#folders.values()) closeSync(fd);
    this.#folders.clear();
  }
}
