import type { CheckResult } from "../workflow/step.js";

/**
 * Whether a failed check forbids another login of this user, on whatever member: one that was refused, one
 * that did not return and may have been counted as a wrong one, or a token that says that the next wrong one
 * locks it. Members share the count.
 */
export function spendsLogin({ id, ckr, unavailable }: CheckResult): boolean {
  return id === "token-flags" || (id === "login" && !(unavailable === true && ckr !== undefined));
}
