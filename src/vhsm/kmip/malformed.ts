import { Problem } from "../../problem/problem.js";

/**
 * The problem of bytes or a document that is no KMIP message. `why` never quotes them: they may hold a
 * password.
 */
export function malformed(why: string): Problem {
  return new Problem("kmip-malformed", "not a KMIP message", { detail: why });
}
