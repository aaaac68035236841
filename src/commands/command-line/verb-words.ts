import type { LiveKind, Option, Verb, Word } from "../verb.js";
import { isNegatable } from "./option-forms.js";
import { everywhereOptions } from "./options.js";

/** What a verb accepts, as far as completion and messages about bad usage need it. */
export interface VerbWords {
  /** Without dashes; includes hidden ones and the parser's own. */
  readonly options: readonly string[];
  /** Options that have no value. */
  readonly switches: readonly string[];
  /** Switches whose form with `--no-` means something. */
  readonly negatable: readonly string[];
  readonly hidden: readonly string[];
  /** What is given as a word, in order. */
  readonly positionals: readonly Positional[];
  /** For options and positionals whose value is one of a few words. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** Options and positionals that name a file or a folder. */
  readonly files: readonly string[];
  /** Options and positionals whose values the host or a profile knows. */
  readonly live: ReadonlyMap<string, LiveKind>;
}

export interface Positional {
  readonly name: string;
  /** The last one may be a list. */
  readonly isList: boolean;
  readonly form: string | undefined;
}

/** The parser's own options, accepted everywhere. */
const parserOptions = { help: { type: "boolean", alias: "h" }, version: { type: "boolean" } } as const;

/** Without a verb: the options of the program. */
export function verbWords(verb: Pick<Verb, "words" | "options"> | undefined): VerbWords {
  const words = Object.entries(verb?.words ?? {});
  const options: (readonly [string, Option])[] = Object.entries({
    ...everywhereOptions,
    ...parserOptions,
    ...verb?.options,
  });
  const named = (which: (option: Option) => boolean): readonly string[] =>
    options.filter(([, option]) => which(option)).map(([name]) => name);
  const all: readonly (readonly [string, Option | Word])[] = [...words, ...options];
  return {
    options: [...options.map(([name]) => name), "h"],
    switches: [...named(({ type }) => type === "boolean"), "h"],
    negatable: named(isNegatable),
    hidden: named(({ hidden }) => hidden === true),
    positionals: words.map(([name, { array, form }]) => ({ name, isList: array === true, form })),
    choices: Object.fromEntries(
      all.flatMap(([name, { choices }]) => (choices === undefined ? [] : [[name, choices.map(String)]])),
    ),
    files: all.filter(([, { names }]) => names === "files").map(([name]) => name),
    live: new Map(
      all.flatMap(([name, { names }]) => (names === undefined || names === "files" ? [] : [[name, names]])),
    ),
  };
}
