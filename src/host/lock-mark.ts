import { realFiles } from "./files/real-files.js";
import { foreignOwner, notAFile, trustedOwners } from "./files/trust.js";
import type { Host } from "./host.js";
import { isOwn, lockFile } from "./lock.js";

/** What stands in the lock's place. */
export interface LockMark {
  /** Who wrote its name there; a holder that was killed leaves it. Empty: it was released. */
  readonly holder: string;
}

/**
 * Looks at the lock and does not touch it. Undefined where there is none. Throws a Problem for what is not
 * root's own file, and where this user may not look.
 */
export function lockMark(host: Pick<Host, "root">): LockMark | undefined {
  const file = lockFile(host.root);
  const files = realFiles("/", []);
  const entry = files.entry(file);
  if (entry === undefined) return undefined;
  if (entry.kind !== "file") throw notAFile(entry, file);
  if (!isOwn(entry, trustedOwners([]))) throw foreignOwner(entry, file, "the lock belongs to somebody else");
  return { holder: files.read(file)?.toString("utf8").trim() ?? "" };
}
