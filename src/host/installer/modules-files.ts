import { asAbsolutePath } from "../path.js";
import type { AbsolutePath } from "../path.js";
import { isOfArchive } from "./archive-files.js";
import type { ArchiveFiles } from "./archive-files.js";
import type { Receipt } from "./receipt.js";

/** A file or link that an installer made or changed. */
export interface MadeEntry {
  readonly path: AbsolutePath;
  readonly uid: number;
  /** Of a file. */
  readonly sha256?: string;
  /** Of a link. */
  readonly target?: string;
}

export interface Installed {
  readonly made: readonly MadeEntry[];
  /** Of the installation before. */
  readonly former: Receipt | undefined;
  readonly archive: ArchiveFiles;
  readonly library: AbsolutePath;
}

/** Settings, logs and data: made to be changed by whoever runs the host, or by the module itself. */
const folders = ["/etc/", "/var/"];
const settings = ["conf", "cfg", "cnf", "ini", "json", "yaml", "yml", "toml", "xml", "properties", "env"];
const endings: ReadonlySet<string> = new Set([...settings, "log", "db", "sqlite"]);

/** Whether a file that the installer left is the module's alone, so that a change of it is drift. */
export function isModules(path: string, library: string): boolean {
  return path === library || !livesOn(path.toLowerCase());
}

function livesOn(lower: string): boolean {
  return (
    folders.some((folder) => lower.startsWith(folder)) || endings.has(lower.slice(lower.lastIndexOf(".") + 1))
  );
}

/**
 * The files to watch over from now on, in order: the library, and those that are the archive's own, byte for
 * byte, or links to such, written now or by an earlier installation. What install.sh made itself lives on as
 * it likes. Pure.
 */
export function modulesFiles({ made, former, archive, library }: Installed): readonly AbsolutePath[] {
  const known = [...made, ...(former?.files ?? [])].filter((file) => isOfArchive(file, archive));
  const own = known.map(({ path }) => path).filter((path) => isModules(path, library));
  return [...new Set([...own, library])].sort().flatMap((path) => asAbsolutePath(path) ?? []);
}
