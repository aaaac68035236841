import { Problem } from "./problem.js";

/** The same problem, as one that does not make the command fail. */
export function asWarning({ code, message, where, detail, hint, cause }: Problem): Problem {
  return new Problem(code, message, {
    severity: "warning",
    ...(where && { where }),
    ...(detail !== undefined && { detail }),
    ...(hint !== undefined && { hint }),
    cause,
  });
}
