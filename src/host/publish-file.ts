import { Problem } from "../problem/problem.js";
import { realFiles } from "./files/real-files.js";
import type { Owners } from "./files/trust.js";
import { type AbsolutePath, folderOf } from "./path.js";
import { privateModes, publicModes } from "./rights.js";

/**
 * Puts a text where other programs of this machine read it, 0644 and this user's, as `Files.write` does:
 * readers see the old text or the new one. The folder may belong to these users, or to whom it does now, as
 * that of the node exporter does: it could hide the text, but lead nobody to another file.
 */
export function publishFile(file: AbsolutePath, text: string, trusted: Owners): void {
  const owner = realFiles("/", [...trusted]).entry(folderOf(file))?.uid;
  realFiles("/", [...trusted, ...(owner === undefined ? [] : [owner])]).write(file, Buffer.from(text), {
    mode: publicModes.file,
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
  });
}

/**
 * Writes a new file that only this user can read. The folder belongs to these users alone, links on the way
 * are root's, and a file that is there stays: `host-entry-exists`. Throws Problems (`host-…`).
 */
export function writeNewFile(file: AbsolutePath, content: Uint8Array, trusted: Owners): void {
  const rights = { mode: privateModes.file, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  realFiles("/", [...trusted]).install(file, content, rights, {
    check: (now) => {
      if (now === undefined) return;
      throw new Problem("host-entry-exists", "there is already a file with this name", {
        where: { path: file },
        hint: "name another file, or move that one away",
      });
    },
  });
}
