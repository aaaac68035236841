import { Problem } from "../problem/problem.js";
import { nearest } from "../profile/suggest.js";
import { verbs } from "./index.js";

/** The parser's sentences, and what an administrator would call them; `$1` is the parser's word. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/^Not enough non-option arguments.*/s, "the profile is missing"],
  [/^Missing required arguments?: (.*)/s, "missing option: --$1"],
  [/^Not enough arguments following: (.*)/s, "--$1 needs a value"],
  [/^Unknown arguments?: (.*)/s, "not understood: $1"],
];

/** What is wrong with a command line that the parser refused, by its error; with what may have been meant. */
export function usageProblem(error: unknown, [verb = ""]: readonly string[]): Problem {
  if (verb !== "" && !verb.startsWith("-") && !verbs.includes(verb)) return unknownCommand(verb);
  const message = error instanceof Error ? error.message : String(error);
  const [pattern, words] = sentences.find(([known]) => known.test(message)) ?? [/^/, ""];
  const title = words === "" ? message : message.replace(pattern, words);
  return new Problem("usage-invalid", title, { hint: `knetctl ${verbs.includes(verb) ? `${verb} ` : ""}--help lists what it takes` });
}

function unknownCommand(verb: string): Problem {
  const meant = nearest(verb, verbs);
  return new Problem("usage-invalid", `there is no command ${JSON.stringify(verb)}`, {
    hint: `${meant === undefined ? "" : `did you mean ${meant}? `}knetctl --help lists the commands`,
  });
}
