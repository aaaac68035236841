import { errorCount, errorsLast, exitCodeOf, type Problem } from "../../problem/problem.js";
import { valueWithoutUrlSecrets } from "../../problem/without-url-secrets.js";
import { loadProfile } from "../../profile/load-profile.js";
import type { Profile } from "../../profile/types.js";
import { counted } from "../../formats/text/counted.js";
import { checkOf, findingOf } from "../../ui/checks/checked.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import type { CommandContext, CommandRun } from "../command.js";
import { failedOn, type FailOnArguments } from "../fail-on.js";
import { trustedBy, withoutAdvice } from "./valid-profile.js";

export interface ValidateArguments extends FailOnArguments {
  readonly profiles: readonly string[];
}

/**
 * Checks profiles and shows all their problems, advice only with `--verbose`, each file's verdict after its
 * problems; touches nothing else. The exit code is that of the first error. Document of `--json`:
 * `{ "valid", "problems" }`, and with more than one file `profiles`, which says the same of each.
 */
export const validate: CommandRun<ValidateArguments> = async ({ profiles, failOn }, context) => {
  const { output } = context;
  const checked: Checked[] = [];
  for (const file of profiles) {
    const one = await check(file, context);
    checked.push(one);
    if (!output.json) show(one, context);
  }
  const problems = checked.flatMap((one) => one.problems);
  const invalid = checked.filter(({ profile }) => profile === undefined);
  if (output.json) {
    const each = checked.map(({ file, profile, problems: found }) => ({
      profile: shownName(file),
      valid: profile !== undefined,
      problems: found,
    }));
    output.document({
      valid: invalid.length === 0,
      problems,
      ...(profiles.length > 1 && { profiles: each }),
    });
  } else if (profiles.length > 1) {
    if (invalid.length === 0) output.result(`all ${profiles.length} profiles are valid`);
    else output.note(`${invalid.length} of ${profiles.length} profiles are not valid`);
  }
  // with --verbose there is advice among them
  const serious = withoutAdvice(problems);
  output.checks?.(() => ({
    checks: checked.map((one) =>
      checkOf({ group: "profile", name: shownName(one.file) }, withoutAdvice(one.problems).map(findingOf)),
    ),
    findings: serious.map(findingOf),
  }));
  return failedOn(failOn, exitCodeOf(problems), serious);
};

interface Checked {
  readonly file: string;
  /** Undefined if it is not valid. */
  readonly profile?: Profile | undefined;
  readonly problems: readonly Problem[];
}

async function check(file: string, context: CommandContext): Promise<Checked> {
  const { profile, problems } = await loadProfile(file, context.workingFolder, trustedBy(context, false));
  return { file, profile, problems: context.output.verbose ? problems : withoutAdvice(problems) };
}

/** Problems of a file whose content was not seen. */
const unread: ReadonlySet<string> = new Set([
  "profile-missing",
  "profile-not-a-file",
  "profile-unreadable",
  "profile-too-large",
]);

function show({ file, profile, problems }: Checked, { output }: CommandContext): void {
  for (const problem of errorsLast(problems)) output.problem(problem);
  if (profile) output.result(summary(profile));
  else if (problems.some(({ code }) => unread.has(code)))
    output.note(`${shownName(file)} could not be checked`);
  else output.note(`${shownName(file)} is not valid: ${errorCount(problems)}`);
}

/** How much of each kind there is in the profile; kinds of which there are none are left out. */
function summary({ source, connections, users, keyStores }: Profile): string {
  const endpoints = [...connections.values()].reduce(
    (sum, connection) => sum + connection.endpoints.length,
    0,
  );
  const counts = [
    counted(connections.size, "connection"),
    counted(endpoints, "endpoint"),
    counted(users.size, "user"),
    counted(keyStores?.size ?? 0, "key store"),
  ];
  return `${shownName(source)} is valid: ${counts.filter((text) => !text.startsWith("0 ")).join(", ")}`;
}

function shownName(file: string): string {
  return file === "-" || file === "/dev/stdin" ? "standard input" : cleanLine(valueWithoutUrlSecrets(file));
}
