import { Problem } from "../../problem/problem.js";

/**
 * What `archive-checksum` means if the SHA-256 was observed a moment ago and does not come from the profile:
 * the file has been replaced since. Other errors stay as they are.
 */
export function replacedArchive(error: unknown): unknown {
  if (!(error instanceof Problem) || error.code !== "archive-checksum") return error;
  return new Problem("archive-changed", "the archive is not the one that was planned", {
    ...(error.where && { where: error.where }),
    ...(error.detail !== undefined && { detail: error.detail.replaceAll("pinned", "planned") }),
    hint: "find out who replaced it; then run plan again",
    cause: error,
  });
}
