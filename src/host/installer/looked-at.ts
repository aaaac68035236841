import type { Host } from "../host.js";
import type { AbsolutePath } from "../path.js";
import { installationFiles } from "./installation-files.js";
import type { NotLookedAt } from "./not-followed.js";
import { readWatched } from "./watched-file.js";

/** Where an installer's work was looked for: nothing can be claimed of any other place. */
export interface LookedAt {
  readonly folders: readonly string[];
  /** What lies in these folders, and was not looked at all the same. */
  readonly except: readonly NotLookedAt[];
}

/** Where the work of the installation of a run was looked for, as its record tells. */
export function installationLookedAt(host: Host, run: AbsolutePath): LookedAt {
  const { folders, except } = readWatched(installationFiles(host, run), host.root);
  return { folders, except };
}
