import { Problem } from "../problem/problem.js";
import { nearest } from "../profile/suggest.js";
import { innerVerbs, verbs } from "./index.js";

/** The parser's sentences, and what an administrator would call them; `$1` and `$2` are the parser's words. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/^Missing required arguments?: (.*)/s, "missing option: --$1"],
  [/^Not enough arguments following: (.*)/s, "--$1 needs a value"],
  [/^Unknown arguments?: (.*)/s, "not understood: $1"],
  [/^Arguments (\S+) and (\S+) are mutually exclusive$/, "--$1 and --$2 do not go together"],
];

const tooFew = /^Not enough non-option arguments: got (\d+)/;

/** What is wrong with a command line that the parser refused, by its error; with what may have been meant. */
export function usageProblem(error: unknown, args: readonly string[]): Problem {
  const [verb = "", inner = ""] = wordsOf(args);
  const known = verbs.includes(verb);
  if (verb !== "" && !known) return unknownCommand(verb, verbs, "");
  const within = Object.hasOwn(innerVerbs, verb) ? (innerVerbs[verb] ?? []) : [];
  if (within.length > 0 && inner !== "" && !within.includes(inner)) return unknownCommand(inner, within, `${verb} `);
  const path = [...(known ? [verb] : []), ...(within.includes(inner) ? [inner] : [])];
  return new Problem("usage-invalid", titleOf(error, path.join(" ")), { hint: `${["knetctl", ...path].join(" ")} --help lists what it takes` });
}

/** The verb and what may be its inner verb: the words that the line begins with, options that take no value aside. */
function wordsOf(args: readonly string[]): readonly string[] {
  const words = args.filter((arg) => !["--json", "--quiet", "--verbose"].includes(arg));
  const end = words.findIndex((arg) => arg.startsWith("-"));
  return end === -1 ? words : words.slice(0, end);
}

function titleOf(error: unknown, verb: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, got] = tooFew.exec(message) ?? [];
  if (got !== undefined) return missingTitle(verb, Number(got));
  const [pattern, words] = sentences.find(([known]) => known.test(message)) ?? [/^/, ""];
  return words === "" ? message : message.replace(pattern, words);
}

/** `got`: how many words there were for what has no option. */
function missingTitle(verb: string, got: number): string {
  switch (verb) {
    case "ha set":
    case "ha add":
    case "ha remove":
      return got === 0 ? "the connection and its endpoints are missing" : "the endpoints are missing: IP:PORT or [IPv6]:PORT, one or more";
    case "ha promote":
      return got === 0 ? "the connection and its endpoint are missing" : "the endpoint is missing: IP:PORT or [IPv6]:PORT";
    default:
      return "the profile is missing";
  }
}

function unknownCommand(word: string, among: readonly string[], before: string): Problem {
  const meant = nearest(word, among);
  return new Problem("usage-invalid", `there is no command ${JSON.stringify(`${before}${word}`)}`, {
    hint: `${meant === undefined ? "" : `did you mean ${before}${meant}? `}knetctl ${before}--help lists the commands`,
  });
}
