import { Problem } from "../../problem/problem.js";

/** A warning for an archive whose SHA-256 the profile does not pin; it shows the value to pin. */
export function unpinnedWarning(archive: string, sha256: string): Problem {
  return new Problem("archive-unpinned", "the archive's SHA-256 is not pinned", {
    severity: "warning", where: { path: archive }, detail: "whatever lies at this path is run as root",
    hint: `compare with the vendor's value, then add to the profile's module: sha256: ${sha256}`,
  });
}
