import type { Doubt } from "../host/given-file.js";
import { Problem } from "../problem/problem.js";

/**
 * A profile says what root does: what others can change is refused where something is done by it, and warned
 * of elsewhere.
 */
export function untrustedProfile(
  file: string,
  { detail, remedy }: Doubt,
  severity: "error" | "warning",
): Problem {
  const refused = severity === "warning" ? "knetctl apply refuses it: " : "";
  return new Problem("profile-untrusted", "others can change the profile", {
    severity,
    where: { path: file },
    detail,
    hint: `${refused}read it once more, then ${remedy}`,
  });
}
