import { verbs } from "../verbs.js";
import { camelCase, isGroup, type ParsedArguments, type Verb, type VerbGroup } from "../verb.js";
import { everywhereOptions, type Flags } from "./options.js";

/** What a command line says about its verb. */
export interface NamedVerb {
  /** Words that were understood: the verb's name, after that of its group. */
  readonly path: readonly string[];
  /** Undefined: there is none yet, or none with that name. */
  readonly verb: Verb | undefined;
  /** The names that may come next. */
  readonly among: readonly (Verb | VerbGroup)[];
  /** A word in that place that is not a name. */
  readonly unknown: string | undefined;
}

/** The verb of a command line: the words that it begins with, ignoring options that every verb has. */
export function namedVerb(args: readonly string[]): NamedVerb {
  const [first, second] = leadingWords(args);
  const found = verbs.find(({ name }) => name === first);
  if (found === undefined) return { path: [], verb: undefined, among: verbs, unknown: first };
  if (!isGroup(found)) return { path: [found.name], verb: found, among: [], unknown: undefined };
  const inner = found.verbs.find(({ name }) => name === second);
  return inner === undefined
    ? { path: [found.name], verb: undefined, among: found.verbs, unknown: second }
    : { path: [found.name, inner.name], verb: inner, among: [], unknown: undefined };
}

function leadingWords(args: readonly string[]): readonly string[] {
  const words = args.filter((arg, at) => !isEverywhere(arg) && !isValue(args[at - 1]));
  const end = words.findIndex((arg) => arg.startsWith("-"));
  return end === -1 ? words : words.slice(0, end);
}

/** Whether the next word is the value of an option that every verb has. */
function isValue(before = ""): boolean {
  return before === "--lang";
}

function isEverywhere(arg: string): boolean {
  const [, name] = /^--(?:no-)?([^=]+)/.exec(arg) ?? [];
  return name !== undefined && Object.hasOwn(everywhereOptions, name);
}

/** What a verb's `run` is given, and which of the flags that every verb has are on or off. */
export interface PlainArguments {
  readonly args: ParsedArguments;
  readonly flags: Flags;
}

/** A verb, and what is said to it. */
export interface PlainLine extends PlainArguments {
  readonly verb: Verb;
}

/**
 * The verb and the arguments of a line that consists only of them: words, flags without a value and texts of
 * options, as the parser would understand them; undefined for any other line. Such lines, run in loops and
 * hooks, need not load the parser, which takes as long as validating.
 */
export function plainLine(args: readonly string[]): PlainLine | undefined {
  const [name, inner] = args;
  const one = verbs.find((known) => known.name === name);
  const verb = one !== undefined && isGroup(one) ? one.verbs.find((known) => known.name === inner) : one;
  if (verb === undefined || isGroup(verb)) return undefined;
  const plain = plainArguments(verb, args.slice(verb === one ? 1 : 2));
  return plain && { verb, ...plain };
}

/** Words that the parser takes for something else: the option --help, and the value of a flag before them. */
const meaningful = ["", "help", "true", "false"];

/**
 * What the parser would make of words, flags and options with a text; undefined if the verb takes no words,
 * words that may be left out, or something other than text, or if anything else is on the line.
 */
export function plainArguments(
  { words, options, fault }: Verb,
  rest: readonly string[],
): PlainArguments | undefined {
  const wanted = Object.entries(words);
  const all = Object.entries(options);
  const isText = wanted.every(
    ([, { demandOption, choices, coerce }]) =>
      demandOption === true && choices === undefined && coerce === undefined,
  );
  const said = splitUp(rest, { ...options, ...everywhereOptions });
  if (!isText || said === undefined || all.some(([, { demandOption }]) => demandOption !== undefined))
    return undefined;
  const named = wordsAs(wanted, said.words);
  if (named === undefined) return undefined;
  const values = all.map(([option, { default: preset }]): [string, unknown] => [
    camelCase(option),
    said.given.get(option) ?? preset,
  ]);
  const plain = { ...Object.fromEntries(values), ...named };
  const flags = Object.fromEntries(
    [...said.given].filter(([name]) => Object.hasOwn(everywhereOptions, name)),
  );
  return fault?.({ ...plain, ...flags }) === undefined ? { args: plain, flags } : undefined;
}

/** Undefined if an option is not plain, is given twice or lacks its text, or a word has a meaning. */
function splitUp(
  rest: readonly string[],
  options: Verb["options"],
): { readonly words: readonly string[]; readonly given: ReadonlyMap<string, unknown> } | undefined {
  const words: string[] = [];
  const given = new Map<string, unknown>();
  for (let at = 0; at < rest.length; at++) {
    const arg = rest[at] ?? "";
    if (meaningful.includes(arg)) return undefined;
    if (!arg.startsWith("-")) {
      words.push(arg);
      continue;
    }
    const [name, value] = flagOf(arg, options) ?? textOf(arg, rest[++at] ?? "", options) ?? [];
    if (name === undefined || given.has(name)) return undefined;
    given.set(name, value);
  }
  return { words, given };
}

/** Each word by its name, and all that are left as the last one if that takes several. */
function wordsAs(
  wanted: readonly (readonly [string, Verb["words"][string]])[],
  given: readonly string[],
): ParsedArguments | undefined {
  const last = wanted.at(-1);
  if (last === undefined || given.length < wanted.length) return undefined;
  const takesAll = last[1].array === true;
  if (wanted.slice(0, -1).some(([, { array }]) => array === true)) return undefined;
  if (given.length > wanted.length && !takesAll) return undefined;
  return Object.fromEntries(
    wanted.map(([name], at): [string, unknown] => [
      name,
      at === wanted.length - 1 && takesAll ? given.slice(at) : given[at],
    ]),
  );
}

/** `--NAME` or `--no-NAME` of an option that is on or off and nothing else; undefined for any other word. */
function flagOf(arg: string, options: Verb["options"]): readonly [name: string, isOn: boolean] | undefined {
  const [, no, name = ""] = /^--(no-)?(.+)$/.exec(arg) ?? [];
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option?.type !== "boolean" || typeof option.default !== "boolean") return undefined;
  return isOnly(option, ["type", "default", "describe"]) ? [name, no === undefined] : undefined;
}

/** `--NAME TEXT` of an option that takes one text, whatever it is; undefined for anything else. */
function textOf(
  arg: string,
  value: string,
  options: Verb["options"],
): readonly [name: string, value: string] | undefined {
  const [, name = ""] = /^--([^=]+)$/.exec(arg) ?? [];
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option?.type !== "string" || value.startsWith("-") || meaningful.includes(value)) return undefined;
  const isPlain = isOnly(option, ["type", "requiresArg", "describe", "value", "names"]);
  return isPlain && option.requiresArg === true ? [name, value] : undefined;
}

function isOnly(option: object, keys: readonly string[]): boolean {
  return Object.keys(option).every((key) => keys.includes(key));
}
