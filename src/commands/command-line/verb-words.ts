import type { Option, Verb, Word } from "../verb.js";
import { everywhereOptions } from "./options.js";

/** What a verb takes, as far as bad usage and completion ask for it. */
export interface VerbWords {
  /** Without dashes, hidden ones and the parser's own too. */
  readonly options: readonly string[];
  /** Options that take no value. */
  readonly switches: readonly string[];
  /** Switches that are on unless `--no-NAME` is given. */
  readonly negatable: readonly string[];
  readonly hidden: readonly string[];
  /** What is given as a word, in order. */
  readonly positionals: readonly Positional[];
  /** Of options and positionals that take one of a few words. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** Options and positionals that name a file or a folder. */
  readonly files: readonly string[];
}

export interface Positional {
  readonly name: string;
  /** The last one may be a list. */
  readonly isList: boolean;
  readonly form: string | undefined;
}

/** What the parser itself takes everywhere. */
const parserOptions = { help: { type: "boolean", alias: "h" }, version: { type: "boolean" } } as const;

/** Without a verb: what the program takes. */
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
    negatable: named((option) => option.type === "boolean" && option.default === true),
    hidden: named(({ hidden }) => hidden === true),
    positionals: words.map(([name, { array, form }]) => ({ name, isList: array === true, form })),
    choices: Object.fromEntries(
      all.flatMap(([name, { choices }]) => (choices === undefined ? [] : [[name, choices.map(String)]])),
    ),
    files: all.filter(([, { names }]) => names === "files").map(([name]) => name),
  };
}
