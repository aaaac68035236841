import type { ExitCode } from "../../problem/exit-codes.js";
import type { Verb } from "../verbs/verb.js";

export const everywhere = "Everywhere:";
export const programUsage = "knetctl COMMAND";

/**
 * The parser's text: a verb's options before those that all verbs have, its examples last, and switches
 * without types and defaults.
 */
export function helpText(text: string, verb: Pick<Verb, "examples"> | undefined): string {
  const plain = text
    .replace(/\s+\[boolean\](?: \[default: (?:true|false)\])?$/gm, "")
    .replaceAll(" [default: []]", "")
    .replace(/^Positionals:/m, "Arguments:");
  const sections = plain.split(/\n\n(?=\S)/);
  return [
    ...sections.filter((one) => !one.startsWith(everywhere)),
    ...sections.filter((one) => one.startsWith(everywhere)),
    ...(verb === undefined ? [] : [examplesText(verb)]),
    ...(plain.startsWith(programUsage) ? [exitCodesText()] : []),
  ].join("\n\n");
}

function examplesText({ examples }: Pick<Verb, "examples">): string {
  return ["Examples:", ...examples.flatMap(([line, purpose]) => [`  # ${purpose}`, `  ${line}`])].join("\n");
}

const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: "done, and nothing differs",
  1: "failed",
  2: "changes are pending",
  64: "wrong usage",
  65: "the profile is not valid",
  69: "an endpoint, service or token cannot be reached",
  70: "internal error in knetctl",
  73: "cannot write",
  75: "another run holds the lock",
  77: "a permission is missing",
  130: "interrupted",
};

function exitCodesText(): string {
  const lines = Object.entries(exitCodeMeanings).map(
    ([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`,
  );
  return ["Exit codes:", ...lines, "", `${programUsage} --help shows what a command takes`].join("\n");
}

/** "a, b or c" */
export function either(names: readonly string[]): string {
  const [last = "", ...others] = names.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`;
}
