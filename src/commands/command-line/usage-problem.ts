import { Problem } from "../../problem/problem.js";
import { errorMessage } from "../../problem/thrown.js";
import { quoted } from "../../profile/words/quote.js";
import { nearest } from "../../profile/words/suggest.js";
import { either } from "./option-forms.js";
import { lineParts, misusedOptions, singular, type Mistake } from "./misused-options.js";
import { namedVerb } from "./named-verb.js";
import { verbWords, type VerbWords } from "./verb-words.js";

/** The parser's messages, and how an administrator would put them. */
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
    (one, other) => `--${one} and --${other} cannot be used together`,
  ],
];

const tooFew = /^Not enough non-option arguments: got (\d+)/;
const tooMany = /^Unknown (?:arguments?|commands?): /;
/** The message of refuseEmpty. */
const emptyValue = /^Empty value: (\S+)$/;
const notOneOf = /^Invalid values:\s+Argument: (\S+), Given: "(.*)", Choices: /s;

/**
 * What is wrong with a command line that the parser refused, from its error, and what may have been meant.
 */
export function usageProblem(error: unknown, args: readonly string[]): Problem {
  const { path, verb, among, unknown } = namedVerb(args);
  const names = among.map(({ name }) => name);
  if (unknown !== undefined) return unknownCommand(unknown, names, path);
  const words = verbWords(verb);
  const { title, hint } =
    (verb === undefined ? beforeItsVerb(args, path) : undefined) ??
    misusedOptions(args, words, path.join(" ")) ??
    mistakeOf(error, args, words, path);
  const help =
    `${["knetctl", ...path].join(" ")} --help lists ` +
    (verb === undefined ? "the commands" : "what it takes");
  return new Problem("usage-invalid", title, {
    hint: hint === undefined ? help : `${hint}${hint.endsWith("?") ? " " : "; "}${help}`,
  });
}

/** A command's own option that stands before the command. */
function beforeItsVerb(args: readonly string[], path: readonly string[]): Mistake | undefined {
  const at = args.findIndex(
    (arg) => arg.startsWith("-") && !verbWords(undefined).options.includes(name(arg)),
  );
  const option = args[at];
  if (option === undefined) return undefined;
  const meant = args.slice(at + 1).flatMap((word) => {
    const { verb, path: after } = namedVerb([...path, word]);
    return verb !== undefined && verbWords(verb).options.includes(name(option)) ? [after.join(" ")] : [];
  })[0];
  const shown = option.replace(/=.*/s, "");
  return meant === undefined
    ? undefined
    : { title: `${shown} comes before its command`, hint: `knetctl ${meant} ${shown} …` };
}

function name(option: string): string {
  return option.replace(/^--?(?:no-)?|=.*/gs, "");
}

function mistakeOf(
  error: unknown,
  args: readonly string[],
  words: VerbWords,
  path: readonly string[],
): Mistake {
  const message = errorMessage(error);
  const [, got] = tooFew.exec(message) ?? [];
  if (got !== undefined) return { title: missingTitle(words, Number(got)) };
  if (tooMany.test(message)) return { title: tooManyTitle(args, words, path) };
  const [, empty] = emptyValue.exec(message) ?? [];
  if (empty !== undefined)
    return {
      title: `${shownName(empty, words)} is given an empty value`,
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

/** `got`: how many words there were. */
function missingTitle({ positionals }: VerbWords, got: number): string {
  const missing = positionals.slice(got);
  const names = missing.map(({ name }) => `the ${name}`).join(" and ");
  const [only, second] = missing;
  const verb = second === undefined && only?.isList !== true ? "is" : "are";
  const form =
    second === undefined && only?.form !== undefined
      ? `: ${only.form}${only.isList ? ", one or more" : ""}`
      : "";
  return `${names} ${verb} missing${form}`;
}

/** The parser reports options and words alike; options have already been checked. */
function tooManyTitle(args: readonly string[], words: VerbWords, path: readonly string[]): string {
  const left = lineParts(args, words).words.slice(path.length + words.positionals.length);
  return left.length === 0
    ? "one word too many"
    : `${left.length === 1 ? "one word too many" : "too many words"}: ${left.map(quoted).join(", ")}`;
}

/** Its name as one would type it. */
function shownName(name: string, { positionals }: VerbWords): string {
  const word = positionals.find((one) => one.name === name);
  return word === undefined ? `--${name}` : `the ${word.isList ? singular(name) : name}`;
}

function notAmong(name: string, given: string, words: VerbWords): Mistake {
  const among = words.choices[name] ?? [];
  const meant = nearest(given, among);
  return {
    title: `${shownName(name, words)} is one of ${either(among)}, not ${quoted(given)}`,
    ...(meant !== undefined && { hint: `did you mean ${meant}?` }),
  };
}

function unknownCommand(word: string, among: readonly string[], path: readonly string[]): Problem {
  const before = path.map((name) => `${name} `).join("");
  const meant = nearest(word, among);
  return new Problem("usage-invalid", `there is no command ${quoted(`${before}${word}`)}`, {
    hint:
      `${meant === undefined ? "" : `did you mean ${before}${meant}? `}knetctl ${before}--help lists ` +
      "the commands",
  });
}
