import { Problem } from "../../problem/problem.js";
import { errorMessage } from "../../problem/thrown.js";
import { quoted } from "../../profile/words/quote.js";
import { nearest } from "../../profile/words/suggest.js";
import { innerVerbs, verbs } from "../index.js";
import { lineParts, misusedOptions, type Mistake } from "./misused-options.js";
import { noWords, type ParserWords } from "./parser-words.js";

/** The parser's sentences, and what an administrator would call them. */
const sentences: readonly (readonly [RegExp, (one: string, other: string) => string])[] = [
  [
    /^Missing required arguments?: (.*)/s,
    (names) =>
      `missing option: ${names
        .split(", ")
        .map((name) => `--${name}`)
        .join(", ")}`,
  ],
  [/^Not enough arguments following: (.*)/s, (name) => `--${name} needs a value`],
  [
    /^Arguments (\S+) and (\S+) are mutually exclusive$/,
    (one, other) => `--${one} and --${other} do not go together`,
  ],
];

const tooFew = /^Not enough non-option arguments: got (\d+)/;
const tooMany = /^Unknown (?:arguments?|commands?): /;
/** Of refuseEmpty. */
const emptyValue = /^Empty value: (\S+)$/;
const notOneOf = /^Invalid values:\s+Argument: (\S+), Given: "(.*)", Choices: /s;

/**
 * What is wrong with a command line that the parser refused, by its error; with what may have been meant.
 * `words`: what its verb takes, where that is known.
 */
export function usageProblem(error: unknown, args: readonly string[], words?: ParserWords): Problem {
  const [verb = "", inner = ""] = wordsOf(args);
  const known = verbs.includes(verb);
  if (verb !== "" && !known) return unknownCommand(verb, verbs, "");
  const within = Object.hasOwn(innerVerbs, verb) ? (innerVerbs[verb] ?? []) : [];
  if (within.length > 0 && inner !== "" && !within.includes(inner))
    return unknownCommand(inner, within, `${verb} `);
  const path = [...(known ? [verb] : []), ...(within.includes(inner) ? [inner] : [])];
  const { title, hint } =
    (words && misusedOptions(args, words, path.join(" "))) ?? mistakeOf(error, args, words ?? noWords, path);
  const help =
    `${["knetctl", ...path].join(" ")} --help lists ` +
    (path.length === 0 || (within.length > 0 && path.length === 1) ? "the commands" : "what it takes");
  return new Problem("usage-invalid", title, {
    hint: hint === undefined ? help : `${hint}${hint.endsWith("?") ? " " : "; "}${help}`,
  });
}

/**
 * The verb and what may be its inner verb: the words that the line begins with, options that take no value
 * aside.
 */
function wordsOf(args: readonly string[]): readonly string[] {
  const words = args.filter((arg) => !["--json", "--quiet", "--verbose"].includes(arg));
  const end = words.findIndex((arg) => arg.startsWith("-"));
  return end === -1 ? words : words.slice(0, end);
}

function mistakeOf(
  error: unknown,
  args: readonly string[],
  words: ParserWords,
  path: readonly string[],
): Mistake {
  const message = errorMessage(error);
  const [, got] = tooFew.exec(message) ?? [];
  if (got !== undefined) return { title: missingTitle(path.join(" "), Number(got)) };
  if (tooMany.test(message)) return { title: tooManyTitle(args, words, path) };
  const [, empty] = emptyValue.exec(message) ?? [];
  if (empty !== undefined)
    return {
      title: `${shownName(empty, words)} is given as an empty text`,
      hint: "a variable that is not set?",
    };
  const [, name, given] = notOneOf.exec(message) ?? [];
  if (name !== undefined && given !== undefined) return notAmong(name, given, words);
  for (const [pattern, sentence] of sentences) {
    const [, one = "", other = ""] = pattern.exec(message) ?? [];
    if (one !== "") return { title: sentence(one, other) };
  }
  return { title: message };
}

/** `got`: how many words there were for what has no option. */
function missingTitle(verb: string, got: number): string {
  switch (verb) {
    case "ha set":
    case "ha add":
    case "ha remove":
      return got === 0
        ? "the connection and its endpoints are missing"
        : "the endpoints are missing: IP:PORT or [IPv6]:PORT, one or more";
    case "ha promote":
      return got === 0
        ? "the connection and its endpoint are missing"
        : "the endpoint is missing: IP:PORT or [IPv6]:PORT";
    default:
      return "the profile is missing";
  }
}

/** The parser names options and words alike; options have been looked at. */
function tooManyTitle(args: readonly string[], words: ParserWords, path: readonly string[]): string {
  const left = lineParts(args, words).words.slice(path.length + words.positionals.length);
  return left.length === 0
    ? "there is a word too many"
    : `${left.length === 1 ? "a word" : "words"} too many: ${left.map(quoted).join(", ")}`;
}

/** As it is known to whoever types it. */
function shownName(name: string, { positionals }: ParserWords): string {
  return positionals.includes(name) ? `the ${name}` : `--${name}`;
}

function notAmong(name: string, given: string, words: ParserWords): Mistake {
  const among = words.choices[name] ?? [];
  const meant = nearest(given, among);
  const [last = "", ...others] = among.toReversed();
  return {
    title:
      `${shownName(name, words)} is one of ${others.toReversed().join(", ")} or ${last}, not ` +
      quoted(given),
    ...(meant !== undefined && { hint: `did you mean ${meant}?` }),
  };
}

function unknownCommand(word: string, among: readonly string[], before: string): Problem {
  const meant = nearest(word, among) ?? (word === "version" && before === "" ? "--version" : undefined);
  return new Problem("usage-invalid", `there is no command ${quoted(`${before}${word}`)}`, {
    hint:
      `${meant === undefined ? "" : `did you mean ${before}${meant}? `}knetctl ${before}--help lists ` +
      "the commands",
  });
}
