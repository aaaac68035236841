import { filesWanted } from "../verbs/completion.js";
import { lineParts, optionsToOffer } from "./misused-options.js";
import { namedVerb } from "./named-verb.js";
import { verbWords, type VerbWords } from "./verb-words.js";

/**
 * What may replace the last of these words of a command line, without the program's name. Uses neither host
 * nor network.
 */
export function completions(typed: readonly string[]): readonly string[] {
  const current = typed.at(-1) ?? "";
  const before = typed.slice(0, -1);
  const { path, verb, among } = namedVerb(before);
  if (verb === undefined && !current.startsWith("-"))
    return beginning(
      current,
      among.map(({ name }) => name),
    );
  return within(current, before, path, verbWords(verb));
}

function within(
  current: string,
  before: readonly string[],
  path: readonly string[],
  words: VerbWords,
): readonly string[] {
  const option = valued(before, words);
  if (option !== undefined) return valuesOf(option, current, words);
  if (current.startsWith("-"))
    return beginning(
      current,
      optionsToOffer(words).filter((name) => !before.includes(name)),
    );
  const given = lineParts(before, words).words.length - path.length;
  const last = words.positionals.at(-1);
  const next = words.positionals[given] ?? (last?.isList === true ? last : undefined);
  return next === undefined ? [] : valuesOf(next.name, current, words);
}

/** The option whose value comes next. */
function valued(before: readonly string[], words: VerbWords): string | undefined {
  const last = before.at(-1) ?? "";
  const name = last.slice(2);
  return last.startsWith("--") && words.options.includes(name) && !words.switches.includes(name)
    ? name
    : undefined;
}

function valuesOf(name: string, current: string, { choices, files }: VerbWords): readonly string[] {
  return files.includes(name) ? [filesWanted] : beginning(current, choices[name] ?? []);
}

function beginning(current: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(current));
}
