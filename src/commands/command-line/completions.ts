import { filesWanted } from "../verbs/completion.js";
import { lineParts, optionsToOffer } from "./misused-options.js";
import type { GivenLine } from "./live-values.js";
import { namedVerb } from "./named-verb.js";
import { verbWords, type VerbWords } from "./verb-words.js";
import type { LiveKind } from "../verb.js";

/** Finds names that the line itself does not say. */
export type Find = (kind: LiveKind, line: GivenLine) => Promise<readonly string[]>;

/**
 * What may replace the last of these words of a command line, without the program's name. Only `find` looks
 * at the host.
 */
export async function completions(typed: readonly string[], find: Find): Promise<readonly string[]> {
  const current = typed.at(-1) ?? "";
  const before = typed.slice(0, -1);
  const { path, verb, among } = namedVerb(before);
  if (verb === undefined && !current.startsWith("-"))
    return beginning(
      current,
      among.map(({ name }) => name),
    );
  return within(current, { before, path, words: verbWords(verb), find });
}

interface Before {
  readonly before: readonly string[];
  readonly path: readonly string[];
  readonly words: VerbWords;
  readonly find: Find;
}

async function within(current: string, line: Before): Promise<readonly string[]> {
  const { before, path, words } = line;
  const option = valued(before.at(-1), words);
  if (option !== undefined) return valuesOf(option, current, line);
  const [, start = "", value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  const given = value === undefined ? undefined : valued(start, words);
  if (value !== undefined && given !== undefined)
    return (await valuesOf(given, value, line)).map((one) => (one === filesWanted ? one : `${start}=${one}`));
  if (current.startsWith("-"))
    return beginning(
      current,
      optionsToOffer(words).filter((name) => !before.includes(name)),
    );
  const count = lineParts(before, words).words.length - path.length;
  const last = words.positionals.at(-1);
  const next = words.positionals[count] ?? (last?.isList === true ? last : undefined);
  return next === undefined ? [] : valuesOf(next.name, current, line);
}

/** The option whose value comes after this word, or after `=`. */
function valued(last = "", words: VerbWords): string | undefined {
  const name = last.slice(2);
  return last.startsWith("--") && words.options.includes(name) && !words.switches.includes(name)
    ? name
    : undefined;
}

async function valuesOf(name: string, current: string, line: Before): Promise<readonly string[]> {
  const { words, before, path, find } = line;
  if (words.files.includes(name)) return [filesWanted];
  const kind = words.live.get(name);
  if (kind === undefined) return beginning(current, words.choices[name] ?? []);
  const given = lineParts(before, words).words.slice(path.length);
  const options = optionValues(before);
  const known = await find(kind, {
    values: new Map(options),
    consumers: options.flatMap(([option, value]) => (option === "consumer" ? [value] : [])),
    words: given,
  });
  return beginning(
    current,
    known.filter((one) => !given.includes(one)),
  );
}

/** `--name value` and `--name=value`. */
function optionValues(before: readonly string[]): readonly (readonly [string, string])[] {
  return before.flatMap((word, index): readonly [string, string][] => {
    const [, name, value = before[index + 1]] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

function beginning(current: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(current));
}
