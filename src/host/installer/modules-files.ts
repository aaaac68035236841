import { posix } from "node:path";
import { asAbsolutePath } from "../path.js";
import type { AbsolutePath } from "../path.js";
import type { RecordedChange } from "./difference.js";
import type { Evidence } from "./evidence.js";
import type { Receipt } from "./receipt.js";

export interface Installed {
  readonly changes: readonly RecordedChange[];
  /** Of the installation before. */
  readonly former: Receipt | undefined;
  readonly evidence: Pick<Evidence, "names" | "hashes">;
  readonly library: AbsolutePath;
}

/** Settings, logs and data: made to be changed by whoever runs the host, or by the module itself. */
const livesOn = /^\/(?:etc|var)\/|\.(?:conf|cfg|cnf|ini|json|ya?ml|toml|xml|properties|env|log|db|sqlite)$/i;

/** Whether a file that the installer left is the module's alone, so that a change of it is drift. */
export function isModules(path: string, library: string): boolean {
  return path === library || !livesOn.test(path);
}

/**
 * The files to watch over from now on, in order: the library, and those that are the archive's own, byte for
 * byte, or links to such, written now or by an earlier installation. What install.sh made itself lives on as
 * it likes. Pure.
 */
export function modulesFiles({ changes, former, evidence, library }: Installed): readonly AbsolutePath[] {
  const hashes = new Set(evidence.hashes);
  const names = new Set(evidence.names);
  const isArchives = ({ sha256, target }: { readonly sha256?: string; readonly target?: string }): boolean =>
    (sha256 !== undefined && hashes.has(sha256)) ||
    (target !== undefined && names.has(posix.basename(target)));
  const written = changes
    .filter(({ after }) => after !== undefined && isArchives(after))
    .map(({ path }) => path);
  const earlier = (former?.files ?? []).filter(isArchives).map(({ path }) => path);
  const own = [...written, ...earlier].filter((path) => isModules(path, library));
  return [...new Set([...own, library])].sort().flatMap((path) => asAbsolutePath(path) ?? []);
}
