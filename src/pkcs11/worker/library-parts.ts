import { constants, fstatSync, readSync } from "node:fs";
import type { Fetch } from "../../formats/elf/elf-symbols.js";
import { eachPageOnce, type Room } from "../../formats/elf/fetched-pages.js";
import { withDescriptor } from "../../host/files/descriptor.js";

/**
 * What `look` makes of a library, of which only the parts are read that it fetches: `bytes`, in `room`, are
 * as many as the file has. Undefined for what is no library, or is gone.
 */
export function lookAtLibrary<T>(
  path: string,
  room: Room,
  look: (bytes: Buffer, fetch: Fetch) => T,
): T | undefined {
  try {
    return withDescriptor(path, constants.O_RDONLY, (file) => {
      const bytes = room(fstatSync(file).size);
      const fetch = eachPageOnce(bytes, (buffer, at, count) => {
        readSync(file, buffer, at, Math.min(count, buffer.length - at), at);
      });
      return look(bytes, fetch);
    });
  } catch {
    return undefined;
  }
}
