import { errorsLast, exitCodeOf, isError } from "../../problem/problem.js";
import { valueWithoutUrlSecrets } from "../../problem/without-url-secrets.js";
import { loadProfile } from "../../profile/load-profile.js";
import type { Profile } from "../../profile/types.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import type { CommandRun } from "../command.js";
import { trustedBy, withoutAdvice } from "./valid-profile.js";

/**
 * Checks a profile and shows all its problems, advice only with `--verbose`, and the verdict last; touches
 * nothing else. Document of `--json`: `{ "valid", "problems" }`.
 */
export const validate: CommandRun<{ profile: string }> = async ({ profile: file }, context) => {
  const { output, workingFolder } = context;
  const { profile, problems: found } = await loadProfile(file, workingFolder, trustedBy(context, false));
  const problems = output.verbose ? found : withoutAdvice(found);
  if (output.json) {
    output.document({ valid: profile !== undefined, problems });
  } else {
    for (const problem of errorsLast(problems)) output.problem(problem);
    if (profile) output.result(summary(profile));
    else output.note(`${shownName(file)} is not valid: ${counted(problems.filter(isError).length, "error")}`);
  }
  return exitCodeOf(problems);
};

/** How much of each kind there is in the profile; kinds of which there are none are left out. */
function summary({ source, connections, users, keyStores }: Profile): string {
  const endpoints = [...connections.values()].reduce(
    (sum, connection) => sum + connection.endpoints.length,
    0,
  );
  const counts = [
    [connections.size, "connection"],
    [endpoints, "endpoint"],
    [users.size, "user"],
    [keyStores?.size ?? 0, "key store"],
  ] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, noun]) => counted(count, noun));
  return `${shownName(source)} is valid: ${parts.join(", ")}`;
}

function shownName(file: string): string {
  return file === "-" || file === "/dev/stdin" ? "standard input" : cleanLine(valueWithoutUrlSecrets(file));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
