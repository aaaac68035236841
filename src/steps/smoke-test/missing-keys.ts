import type { TokenReport } from "../../pkcs11/report.js";
import { Problem } from "../../problem/problem.js";
import { quotedName } from "../../profile/words/quote.js";
import type { Profile } from "../../profile/types.js";

/**
 * The keys that `proof.keys` demands and none of the tokens has. Where there is only one token, its own check
 * says so. Where not all keys could be looked at, it is only a warning; where a token has failed, that is
 * told already. `more`: there are key stores whose tokens were not looked at.
 */
export function missingKeys(
  tokens: readonly TokenReport[],
  { proof, source }: Pick<Profile, "proof" | "source">,
  more = false,
): readonly Problem[] {
  if (proof?.keysElsewhere !== true) return [];
  if (tokens.some(({ checks }) => checks.some(({ status }) => status === "fail"))) return [];
  const there = new Set(tokens.flatMap(({ keys = [] }) => keys.map(({ label }) => label)));
  const unseen = tokens.filter(({ keys }) => keys === undefined).map(({ label }) => `token ${label}`);
  if (more) unseen.push("other key stores");
  return proof.keys
    .filter((label) => !there.has(label))
    .map(
      (label) =>
        new Problem("smoke-key-missing", `none of the tokens has a signing key ${quotedName(label)}`, {
          where: { path: source },
          ...(unseen.length > 0 && {
            severity: "warning" as const,
            detail: `not all keys were looked at: not those of ${unseen.join(", ")}`,
          }),
          hint: "compare proof.keys with the labels in the report, and with the application's settings",
        }),
    );
}
