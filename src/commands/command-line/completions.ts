import { wordsAt } from "./command-line.js";
import { innerVerbs, verbs } from "../index.js";
import { lineParts, optionsToOffer } from "./misused-options.js";
import type { ParserWords } from "./parser-words.js";

/** Stands for the names of files, which the shell knows better. */
export const filesWanted = ":files";

/** Options and words that name a file or a folder. */
const ofFiles: ReadonlySet<string> = new Set([
  "profile",
  "config",
  "root",
  "home",
  "out",
  "settings",
  "module",
  "pin-file",
  "state",
  "pins-to",
]);

/**
 * What may stand in place of the last of these words of a command line, the program's name left out. Asks
 * neither host nor network.
 */
export async function completions(
  typed: readonly string[],
  workingFolder: string,
): Promise<readonly string[]> {
  const current = typed.at(-1) ?? "";
  const before = typed.slice(0, -1);
  const path = pathOf(before);
  const next = path.length === 0 ? verbs : path.length === 1 ? innerVerbs[path[0] ?? ""] : undefined;
  if (next !== undefined && !current.startsWith("-")) return beginning(current, next);
  return within(current, before, path, await wordsAt(path, workingFolder));
}

function within(
  current: string,
  before: readonly string[],
  path: readonly string[],
  words: ParserWords,
): readonly string[] {
  const option = valued(before, words);
  if (option !== undefined) return valuesOf(option, current, words);
  if (current.startsWith("-"))
    return beginning(
      current,
      optionsToOffer(words).filter((name) => !before.includes(name)),
    );
  const given = lineParts(before, words).words.length - path.length;
  const { positionals } = words;
  // the last one may be a list
  const name =
    positionals[given] ?? (positionals.at(-1)?.endsWith("s") === true ? positionals.at(-1) : undefined);
  return name === undefined ? [] : valuesOf(name, current, words);
}

/** The option whose value is to come. */
function valued(before: readonly string[], words: ParserWords): string | undefined {
  const last = before.at(-1) ?? "";
  const name = last.slice(2);
  return last.startsWith("--") && words.options.includes(name) && !words.switches.includes(name)
    ? name
    : undefined;
}

function valuesOf(name: string, current: string, { choices }: ParserWords): readonly string[] {
  return ofFiles.has(name) ? [filesWanted] : beginning(current, choices[name] ?? []);
}

function pathOf(before: readonly string[]): readonly string[] {
  const [verb = "", inner = ""] = before.filter((word) => !["--json", "--quiet", "--verbose"].includes(word));
  if (!verbs.includes(verb)) return [];
  const within = Object.hasOwn(innerVerbs, verb) ? innerVerbs[verb] : undefined;
  return within?.includes(inner) === true ? [verb, inner] : [verb];
}

function beginning(current: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(current));
}
