import { closeSync } from "node:fs";
import type { AbsolutePath } from "../path.js";

/** More than a plan looks into; a walk through a large tree beyond them opens and closes its own. */
const most = 64;

/**
 * Folders of one root that stay open for the looks that follow: a plan looks at some sixty paths in twenty
 * folders. All are closed in the turn of the event loop in which the first was opened, before the program
 * waits for anything. Not for a host that is changed: what was moved away or replaced in the meantime would
 * be looked at instead of what has its place.
 */
export class KeptFolders<Folder extends { readonly fd: number; readonly path: AbsolutePath }> {
  readonly #folders = new Map<AbsolutePath, Folder>();

  at(path: AbsolutePath): Folder | undefined {
    return this.#folders.get(path);
  }

  /** Keeps it if there is room. */
  keep(folder: Folder): void {
    if (this.#folders.size >= most) return;
    // not unref(): Node would not run it before a wait then, but after it
    if (this.#folders.size === 0)
      setImmediate(() => {
        this.#close();
      });
    this.#folders.set(folder.path, folder);
  }

  #close(): void {
    for (const { fd } of this.#folders.values()) closeSync(fd);
    this.#folders.clear();
  }
}
