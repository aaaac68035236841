import { verbs } from "../index.js";
import { isGroup, type Verb, type VerbGroup } from "../verb.js";
import { everywhereOptions } from "./options.js";

/** What a command line says of its verb. */
export interface NamedVerb {
  /** Words that were understood: the verb's name, behind that of its group. */
  readonly path: readonly string[];
  /** Undefined: there is none yet, or none of that name. */
  readonly verb: Verb | undefined;
  /** What may be named next. */
  readonly among: readonly (Verb | VerbGroup)[];
  /** The word in its place that names nothing. */
  readonly unknown: string | undefined;
}

/** The verb of a command line: the words that it begins with, options without a value aside. */
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
