import { colour, coreOf, type Template, templateOf } from "./pieces.js";
import type { Speech } from "./spoken.js";

/** What a text was found to be made from: the entry's key, and its values as they stand in the text. */
export interface Match {
  readonly key: string;
  readonly values: readonly string[];
}

export interface Translator extends Pick<Speech, "text" | "word"> {
  /** The entry that a text is made from. */
  readonly match: (text: string) => Match | undefined;
}

interface Entry {
  readonly key: string;
  readonly template: Template;
  /** Made when it is first asked for: most never are. */
  readonly pattern: () => RegExp;
  readonly literal: number;
  /** It has less than two words of its own, so that somebody else's sentence could look like it. */
  readonly isWeak: boolean;
  readonly other: Template;
}

/** Beyond this a line is somebody's data. */
const longest = 4000;
/** A line is cut at no more separators than this, and a part of it has no more within. */
const mostCuts = 60;
const mostAhead = 8;
const separators = /  +|; |: |, | … | (?=\()|(?<=\)) /g;

/**
 * Translates finished texts by a catalogue from English templates (`the file {0} is missing`) to others.
 * A text is matched back to the template with the most literal text; its values are translated in their turn.
 * A line that no template matches is cut at colours and at `; `, `: ` and the like, and its parts are
 * translated alone. A template of hardly a word matches names and known texts alone: "{0} or {1}" would be in
 * anybody's sentence. What is in quotes is somebody else's, and nothing is cut there.
 */
export function translator(catalogue: Iterable<readonly [english: string, other: string]>): Translator {
  const whole = new Map<string, string>();
  const byWord = new Map<string, Entry[]>();
  for (const [key, other] of catalogue) {
    if (other === "") continue;
    const template = templateOf(key);
    if (template.values.length === 0) whole.set(key, other);
    else addTo(byWord, rarestWord(template), entryOf(key, template, other));
  }

  const found = (text: string): { readonly entry: Entry; readonly values: readonly string[] } | undefined => {
    const words = new Set(wordsOf(text));
    const candidates = [...words, ""]
      .flatMap((word) => byWord.get(word) ?? [])
      .sort((one, two) => two.literal - one.literal);
    for (const entry of candidates) {
      const values = entry.pattern().exec(text)?.slice(1);
      if (values === undefined || !values.every(isValue)) continue;
      if (!entry.isWeak || values.every((value) => isName(value) || known(value) !== undefined))
        return { entry, values };
    }
    return undefined;
  };

  /** Undefined: it is no text of the catalogue. */
  const known = (text: string): string | undefined => {
    const exact = isPhrase(text) ? whole.get(text) : undefined;
    if (exact !== undefined) return exact;
    const made = found(text);
    return made && filled(made.entry.other, made.values.map(line));
  };

  const line = (text: string): string => {
    if (text.length > longest) return text;
    const [start, core, end] = coreOf(text);
    if (!isPhrase(core)) return text;
    const exact = known(core);
    if (exact !== undefined) return `${start}${exact}${end}`;
    // a sign may be a value of the text
    const [indent = ""] = /^\s*/.exec(text) ?? [];
    const signed = known(text.slice(indent.length, text.length - end.length));
    return signed === undefined ? `${start}${inParts(core)}${end}` : `${indent}${signed}${end}`;
  };

  const inParts = (core: string): string => {
    const coloured = core.split(colours);
    return coloured.length > 1
      ? coloured.map((part) => (isColour(part) ? part : line(part))).join("")
      : cut(core);
  };

  /** Its parts from the start: the longest that is known, or as it stands up to the next separator. */
  const cut = (core: string): string => {
    const cuts = cutsOf(core);
    let [whole, at] = ["", 0];
    while (at < core.length) {
      const ahead = cuts.filter(({ index }) => index > at).slice(0, mostAhead);
      const rest = { index: core.length, separator: "" };
      const ends = at === 0 ? ahead : [...ahead, rest];
      const best = ends.toReversed().flatMap((end) => {
        const part = known(core.slice(at, end.index));
        return part === undefined ? [] : [{ ...end, part }];
      })[0];
      const { index, separator } = best ?? ahead[0] ?? rest;
      whole += (best?.part ?? inBrackets(core.slice(at, index))) + separator;
      at = index + separator.length;
    }
    return whole;
  };

  const inBrackets = (part: string): string =>
    part.startsWith("(") && part.endsWith(")") ? `(${line(part.slice(1, -1))})` : part;

  return {
    text: (text) => text.split("\n").map(line).join("\n"),
    word: (text) => whole.get(text) ?? line(text),
    match: (text) => {
      if (whole.has(text)) return { key: text, values: [] };
      const made = found(text);
      return made && { key: made.entry.key, values: made.values };
    },
  };
}

function entryOf(key: string, template: Template, other: string): Entry {
  let made: RegExp | undefined;
  const pattern = (): RegExp => (made ??= new RegExp(`^${template.pieces.map(escaped).join("([^]*?)")}$`));
  const literal = template.pieces.join("").length;
  const isWeak =
    template.pieces
      .join(" ")
      .split(/\s+/)
      .filter((word) => /[A-Za-z]{2}/.test(word)).length < 2;
  return { key, template, pattern, literal, isWeak, other: templateOf(other) };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** The text of a template with its values. */
export function filled({ pieces, values }: Template, given: readonly string[]): string {
  return pieces.reduce((text, piece, at) => text + (given[values[at - 1] ?? -1] ?? "") + piece);
}

/** The longest word that no value is part of; none: an empty text. */
function rarestWord({ pieces }: Template): string {
  return wordsOf(pieces.join("\u0000")).reduce(
    (long, word) => (word.length > long.length && !word.includes("\u0000") ? word : long),
    "",
  );
}

const betweenWords = new RegExp(`[\\s"'(),.;:!?…]+|${colour}`);

function wordsOf(text: string): readonly string[] {
  return text.split(betweenWords);
}

/** A single word is never translated within a text: it could be a name. */
function isPhrase(text: string): boolean {
  return /\S\s+\S/.test(text);
}

/** A word or a quoted text, or several with commas between. */
function isName(value: string): boolean {
  return /^(?:"(?:[^"\\]|\\.)*"|[^\s"]+)(?:, (?:"(?:[^"\\]|\\.)*"|[^\s"]+))*$/.test(value);
}

/** A value does not begin or end within quotes. */
function isValue(value: string): boolean {
  return (value.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 0;
}

const colours = new RegExp(`(${colour})`);

function isColour(part: string): boolean {
  return part.startsWith("\ue000");
}

function cutsOf(core: string): readonly { readonly index: number; readonly separator: string }[] {
  return [...core.matchAll(separators)]
    .filter(({ index }) => isValue(core.slice(0, index)))
    .slice(0, mostCuts)
    .map(({ index, 0: separator }) => ({ index, separator }));
}

function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
