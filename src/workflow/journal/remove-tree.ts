import type { Host } from "../../host/host.js";
import { type AbsolutePath, joined } from "../../host/path.js";

/** Removes a folder of knetctl's own with all that is in it. Throws a Problem for what cannot be removed. */
export function removeTree(host: Pick<Host, "files">, folder: AbsolutePath): void {
  const files = host.files();
  for (const { name, kind } of files.list(folder) ?? []) {
    if (kind === "folder") removeTree(host, joined(folder, name));
    else files.remove(joined(folder, name));
  }
  files.removeFolder(folder);
}
