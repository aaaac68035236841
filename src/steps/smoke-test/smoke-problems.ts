import { Problem } from "../../problem/problem.js";
import type { TokenReport } from "../../workflow/step.js";

/** One problem for each failed check of a token; the checks after a failed one were not made. */
export function smokeProblems(tokens: readonly TokenReport[]): Problem[] {
  return tokens.flatMap(({ label, checks }) =>
    checks
      .filter(({ status }) => status === "fail")
      .map(
        ({ id, ckr, detail, hint, unavailable }) =>
          new Problem(
            unavailable === true ? "smoke-token-unreachable" : "smoke-test-failed",
            `the smoke test of token ${JSON.stringify(label)} failed at ` +
              `${id}${ckr === undefined ? "" : ` with ${ckr}`}`,
            {
              ...(detail !== undefined && { detail }),
              ...(hint !== undefined && { hint }),
            },
          ),
      ),
  );
}
