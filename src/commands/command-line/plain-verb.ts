import type { ExitCode } from "../../problem/exit-codes.js";
import type { CommandContext } from "../command.js";
import { verbs } from "../index.js";
import { camelCase, isGroup, type ParsedArguments, type Verb } from "../verb.js";

/**
 * The run of a line that is a verb and its one word and nothing else, as the parser would understand it;
 * undefined for any other line. Such lines, run in loops and hooks, spare themselves the parser, which takes
 * as long as validating.
 */
export function plainVerb(
  args: readonly string[],
): ((context: CommandContext) => Promise<ExitCode>) | undefined {
  const [name, word = ""] = args;
  // the parser takes the word help for the option
  if (args.length !== 2 || word === "" || word === "help" || word.startsWith("-")) return undefined;
  const verb = verbs.find((one) => one.name === name);
  if (verb === undefined || isGroup(verb)) return undefined;
  const plain = plainArguments(verb, word);
  return plain && ((context) => verb.run(plain, context));
}

/**
 * What the parser would make of this one word; undefined where more than a text must be given, or other than
 * that.
 */
export function plainArguments({ words, options }: Verb, word: string): ParsedArguments | undefined {
  const [first, second] = Object.entries(words);
  if (first === undefined || second !== undefined) return undefined;
  const [name, { demandOption, array, choices, coerce }] = first;
  const isText = array === undefined && choices === undefined && coerce === undefined;
  const all = Object.entries(options);
  if (demandOption !== true || !isText || all.some(([, option]) => option.demandOption !== undefined))
    return undefined;
  const presets = all.map(([option, { default: preset }]): [string, unknown] => [camelCase(option), preset]);
  return { ...Object.fromEntries(presets), [name]: word };
}
