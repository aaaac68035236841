import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../../formats/json/json-values.js";
import type { InstallationFiles } from "./installation-files.js";
import { linksNotFollowed, type NotLookedAt } from "./not-followed.js";
import { mountsBelow, type Mount } from "./mounts.js";
import { foldersToWatch, watchedTrees } from "./watched-trees.js";
import type { AbsolutePath } from "../path.js";

const watchedFile = "watched.json";

/** Where an installer's work is looked for, and what was mounted there before it ran. */
export interface Watched {
  readonly folders: readonly string[];
  readonly except: readonly NotLookedAt[];
  readonly mounts: readonly Mount[];
}

/** `named`: paths that the installer names. */
export function watchedNow(root: AbsolutePath, named: ReadonlySet<string>): Watched {
  const folders = foldersToWatch(root, named);
  return { folders, except: linksNotFollowed(root, folders, named), mounts: mountsBelow(root) };
}

export function writeWatched({ full }: Pick<InstallationFiles, "full">, watched: Watched): void {
  writeFileSync(join(full, watchedFile), JSON.stringify(watched), { mode: 0o600, flag: "wx" });
}

/**
 * What was written. Where it is gone, or of an older version, the trees themselves, and what is mounted now.
 */
export function readWatched(files: Pick<InstallationFiles, "read">, root: AbsolutePath): Watched {
  try {
    const json: unknown = JSON.parse(files.read(watchedFile)?.toString("utf8") ?? "");
    if (isRecord(json) && Array.isArray(json["folders"]) && Array.isArray(json["mounts"]))
      return {
        folders: json["folders"].filter((folder) => typeof folder === "string"),
        except: exceptIn(json["except"]),
        mounts: json["mounts"].filter(isMount),
      };
  } catch {
    // as if there were none
  }
  return { folders: watchedTrees, except: [], mounts: mountsBelow(root) };
}

/** Earlier versions wrote none. */
function exceptIn(json: unknown): readonly NotLookedAt[] {
  return Array.isArray(json)
    ? json.filter(
        (item): item is NotLookedAt =>
          isRecord(item) && typeof item["path"] === "string" && typeof item["because"] === "string",
      )
    : [];
}

function isMount(json: unknown): json is Mount {
  return isRecord(json) && typeof json["point"] === "string" && typeof json["what"] === "string";
}
