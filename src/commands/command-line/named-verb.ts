import type { ExitCode } from "../../problem/exit-codes.js";
import type { CommandContext } from "../command.js";
import { verbs } from "../verbs/index.js";
import { camelCase, isGroup, type ParsedArguments, type Verb, type VerbGroup } from "../verbs/verb.js";
import { everywhereOptions } from "./options.js";

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

/** The verb of a command line: the words that it begins with, ignoring options without a value. */
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
  const words = args.filter((arg) => !isEverywhere(arg));
  const end = words.findIndex((arg) => arg.startsWith("-"));
  return end === -1 ? words : words.slice(0, end);
}

function isEverywhere(arg: string): boolean {
  const [, name] = /^--(?:no-)?([^=]+)/.exec(arg) ?? [];
  return name !== undefined && Object.hasOwn(everywhereOptions, name);
}

/**
 * How to run a line that consists only of a verb, its one word and flags without a value, as the parser would
 * understand it; undefined for any other line. Such lines, run in loops and hooks, need not load the parser,
 * which takes as long as validating.
 */
export function plainVerb(
  args: readonly string[],
): ((context: CommandContext) => Promise<ExitCode>) | undefined {
  const [name, ...rest] = args;
  const verb = verbs.find((one) => one.name === name);
  if (verb === undefined || isGroup(verb)) return undefined;
  const plain = plainArguments(verb, rest);
  return plain && ((context) => verb.run(plain, context));
}

/** Words that the parser takes for something else: the option --help, and the value of a flag before them. */
const meaningful = ["", "help", "true", "false"];

/**
 * What the parser would make of one word and flags; undefined if the verb needs more than one word, or
 * something other than text, or if anything else is on the line.
 */
export function plainArguments(
  { words, options, fault }: Verb,
  rest: readonly string[],
): ParsedArguments | undefined {
  const [first, second] = Object.entries(words);
  if (first === undefined || second !== undefined) return undefined;
  const [name, { demandOption, array, choices, coerce }] = first;
  const isText = choices === undefined && coerce === undefined;
  const all = Object.entries(options);
  if (demandOption !== true || !isText || all.some(([, option]) => option.demandOption !== undefined))
    return undefined;
  const [word = "", another] = rest.filter((arg) => !arg.startsWith("-"));
  if (another !== undefined || meaningful.includes(word)) return undefined;
  const flags = rest.filter((arg) => arg.startsWith("-")).map((arg) => flagOf(arg, options));
  const given = new Map(flags.filter((flag) => flag !== undefined));
  if (given.size < rest.length - 1) return undefined;
  const values = all.map(([option, { default: preset }]): [string, unknown] => [
    camelCase(option),
    given.get(option) ?? preset,
  ]);
  const plain = { ...Object.fromEntries(values), [name]: array === true ? [word] : word };
  return fault?.(plain) === undefined ? plain : undefined;
}

/** `--NAME` or `--no-NAME` of an option that is on or off and nothing else; undefined for any other word. */
function flagOf(arg: string, options: Verb["options"]): readonly [name: string, isOn: boolean] | undefined {
  const [, no, name = ""] = /^--(no-)?(.+)$/.exec(arg) ?? [];
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option?.type !== "boolean" || typeof option.default !== "boolean") return undefined;
  const isOnlyFlag = Object.keys(option).every((key) => ["type", "default", "describe"].includes(key));
  return isOnlyFlag ? [name, no === undefined] : undefined;
}
