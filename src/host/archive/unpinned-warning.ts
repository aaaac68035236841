import { Problem } from "../../problem/problem.js";
import type { Doubt } from "../given-file.js";

/** A warning for an archive whose SHA-256 the profile does not pin; it shows the value to pin. */
export function unpinnedWarning(archive: string, sha256: string): Problem {
  return new Problem("archive-unpinned", "the archive's SHA-256 is not pinned", {
    severity: "warning",
    where: { path: archive },
    detail: "whatever lies at this path is run as root",
    hint: `compare with the vendor's value, then add to the profile's module: sha256: ${sha256}`,
  });
}

/**
 * The same where others can change the archive, or put another in its place: such a one is not run as root
 * unless it is pinned.
 */
export function untrustedArchive(archive: string, sha256: string, { detail, remedy }: Doubt): Problem {
  return new Problem("archive-untrusted", "others can change the archive, whose SHA-256 is not pinned", {
    where: { path: archive },
    detail,
    hint:
      `compare with the vendor's value, then add to the profile's module: sha256: ${sha256}; or get ` +
      `the archive again, and ${remedy}`,
  });
}
