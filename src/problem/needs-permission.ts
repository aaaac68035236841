import { problemCodes } from "./codes.js";
import { exitCodes } from "./exit-codes.js";
import { Problem } from "./problem.js";

/**
 * True for a problem that another user (usually root) would not have: `plan` then says what it could not see.
 */
export function needsPermission(error: unknown): error is Problem {
  return error instanceof Problem && problemCodes[error.code] === exitCodes.noPermission;
}
