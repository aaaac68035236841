import type { Problem } from "./problem.js";

/** Whether a problem makes a command fail: warnings do not. */
export function isError({ severity }: Pick<Problem, "severity">): boolean {
  return severity === "error";
}
