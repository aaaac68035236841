import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Fetch } from "../../formats/elf/elf-symbols.js";
import { eachPageOnce, type Room } from "../../formats/elf/fetched-pages.js";

/**
 * What `look` makes of a library, of which only the parts are read that it fetches: `bytes`, in `room`, are
 * as many as the file has. Undefined for what is no library, or is gone.
 */
export function lookAtLibrary<T>(
  path: string,
  room: Room,
  look: (bytes: Buffer, fetch: Fetch) => T,
): T | undefined {
  let file: number | undefined;
  try {
    const opened = (file = openSync(path, "r"));
    const bytes = room(fstatSync(file).size);
    const fetch = eachPageOnce(bytes, (buffer, at, count) => {
      readSync(opened, buffer, at, Math.min(count, buffer.length - at), at);
    });
    return look(bytes, fetch);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
