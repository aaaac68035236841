import { nearest } from "../../profile/words/suggest.js";
import type { Verb } from "../verb.js";
import type { Positional, VerbWords } from "./verb-words.js";

export interface Mistake {
  readonly title: string;
  readonly hint?: string;
}

/**
 * The options of a command line that its verb does not have, whatever else is wrong with it: the parser would
 * take the word after one for its value, and then miss that word. Something that is given as a word is not an
 * option either, and a switch has no value. Values are not quoted. `verb`: as typed, "ha add".
 */
export function misusedOptions(args: readonly string[], words: VerbWords, verb: string): Mistake | undefined {
  const valued = valuedSwitch(args, words);
  if (valued !== undefined)
    return {
      title: `${valued} is a switch: it takes no value` + (isNegated(valued) ? "" : " but true or false"),
    };
  const wrong = [...new Set(lineParts(args, words).options.filter((option) => !isKnown(option, words)))];
  const [first] = wrong;
  if (first === undefined) return undefined;
  const word = words.positionals.find(({ name }) => singular(name) === singular(nameOf(first)));
  if (word !== undefined)
    return {
      title: `${first} is not an option: ${wordText(word)}`,
      hint: ["knetctl", verb, ...words.positionals.map(placeholder)].join(" "),
    };
  const title =
    `${verb === "" ? "knetctl" : verb} has no ${wrong.length === 1 ? "option" : "options"} ` +
    wrong.join(", ");
  const meant = [...new Set(wrong.flatMap((option) => meantBy(option, words)))];
  return {
    title,
    ...(meant.length > 0 && { hint: `did you mean ${meant.join(wrong.length === 1 ? " or " : ", ")}?` }),
  };
}

/** The parser reads any word except "true" as false: `--dry-run=yes` would change the host. */
function valuedSwitch(args: readonly string[], { switches }: VerbWords): string | undefined {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return args
    .slice(0, end)
    .map(split)
    .find(([option, value]) => {
      if (value === undefined || !isOption(option)) return false;
      if (switches.includes(nameOf(option))) return value !== "true" && value !== "false";
      return isNegated(option) && switches.includes(nameOf(option).slice(3));
    })?.[0];
}

/**
 * Throws if a line that the parser accepts has such options, since it allows words to be given as options
 * too. `misusedOptions` says which they are.
 */
export function refuseMisused(args: readonly string[], words: VerbWords): void {
  const mistake = misusedOptions(args, words, "");
  if (mistake !== undefined) throw new Error(mistake.title);
}

/** The two parts of a command line: its options as typed, without their values, and its words. */
export function lineParts(
  args: readonly string[],
  { switches }: Pick<VerbWords, "switches">,
): { readonly options: readonly string[]; readonly words: readonly string[] } {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const options: string[] = [];
  const words = args.slice(end + 1);
  const before: string[] = [];
  for (let at = 0; at < end; at++) {
    const [option] = split(args[at] ?? "");
    if (!isOption(option)) {
      before.push(option);
      continue;
    }
    options.push(option);
    if (takesValue(args[at] ?? "", { switches }) && at + 1 < end && !isOption(args[at + 1] ?? "")) at++;
  }
  return { options, words: [...before, ...words] };
}

/** Whether the next word is this option's value. */
export function takesValue(option: string, { switches }: Pick<VerbWords, "switches">): boolean {
  const [name, value] = split(option);
  return isOption(name) && value === undefined && !switches.includes(nameOf(name)) && !isNegated(name);
}

/** A lone `-` and a negative number are values. */
function isOption(text: string): boolean {
  return /^-[^\d.]/.test(text);
}

function split(arg: string): readonly [string, string?] {
  const end = arg.indexOf("=");
  return end === -1 || !isOption(arg) ? [arg] : [arg.slice(0, end), arg.slice(end + 1)];
}

function isKnown(option: string, { options, switches }: VerbWords): boolean {
  const name = nameOf(option);
  if (!option.startsWith("--")) return name.length === 1 && options.includes(name);
  return (
    (name.length > 1 && options.includes(name)) || (isNegated(option) && switches.includes(name.slice(3)))
  );
}

function isNegated(option: string): boolean {
  return option.startsWith("--no-");
}

/** The parser accepts `--dryRun` as `--dry-run`. */
function nameOf(option: string): string {
  return option.replace(/^--?/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Those that begin with it, or else one with a similar spelling. */
function meantBy(option: string, words: VerbWords): readonly string[] {
  const name = nameOf(option);
  const candidates = optionsToOffer(words);
  const longer = candidates.filter((candidate) => candidate.startsWith(`--${name}`));
  if (name.length > 1 && longer.length > 0 && longer.length < 4) return longer;
  const near = nearest(`--${name}`, candidates);
  return near === undefined ? [] : [near];
}

/** Everything that may be typed, with the dashes; a switch in both forms where both mean something. */
export function optionsToOffer({ options, negatable, hidden }: VerbWords): readonly string[] {
  return options
    .filter((name) => name.length > 1 && !hidden.includes(name))
    .flatMap((name) => (negatable.includes(name) ? [`--${name}`, `--no-${name}`] : [`--${name}`]));
}

/** "endpoints" as one of them. */
export function singular(name: string): string {
  return name.replace(/s$/, "");
}

function wordText({ name, isList }: Positional): string {
  return isList ? `the ${name} are given as words` : `the ${name} is given as a word`;
}

function placeholder({ name, isList }: Positional): string {
  return isList ? `${singular(name).toUpperCase()}…` : name.toUpperCase();
}

/**
 * Refuses an option that is given twice but has one value: the parser would turn it into a list, which no
 * command accepts as text. What it throws is shown as a mistake in the command line. `options`: the parser's,
 * whose `array` lists what may be given again.
 */
export function refuseRepeated(args: Readonly<Record<string, unknown>>, options: object): void {
  const lists: readonly unknown[] = "array" in options && Array.isArray(options.array) ? options.array : [];
  const twice = Object.keys(args).find(
    (name) => name !== "_" && !/[A-Z]/.test(name) && Array.isArray(args[name]) && !lists.includes(name),
  );
  if (twice !== undefined) throw new Error(`--${twice} is given twice: it takes one value`);
}

/**
 * Refuses an empty text, as from a variable that is not set, unless the verb says that it may be empty: as a
 * file name it would mean the working folder.
 */
export function refuseEmpty(
  args: Readonly<Record<string, unknown>>,
  options: object,
  verb: Pick<Verb, "words" | "options"> | undefined,
): void {
  const texts: readonly unknown[] =
    "string" in options && Array.isArray(options.string) ? options.string : [];
  const declared = { ...verb?.words, ...verb?.options };
  const empty = Object.keys(args).find(
    (name) => [args[name]].flat().includes("") && texts.includes(name) && declared[name]?.mayBeEmpty !== true,
  );
  if (empty !== undefined) throw new Error(`Empty value: ${empty}`);
}
