import { colour, coreOf, filled, type Template, templateOf } from "./pieces.js";
import { asItIs, type Speech } from "./spoken.js";
import { asItWas, bestOf, between, isName, joined, lettersIn, ownOf, type Told, within } from "./told.js";

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
  /** The letters of its own. */
  readonly own: number;
  /** It has less than two words of its own, so that somebody else's sentence could look like it. */
  readonly isWeak: boolean;
  readonly other: Template;
}

/** Beyond this a line is somebody's data. */
const longest = 4000;
/** A line is cut at no more separators than this, and a part of it has no more within. */
const mostCuts = 60;
const mostAhead = 8;
/** Of the templates that a text could be made from, the most literal ones are tried. */
const mostWays = 4;
const separators = /  +|; |: |, | \u2026 | (?=\()|(?<=\)) /g;

/**
 * Translates finished texts by a catalogue from English templates (`the file {0} is missing`) to others.
 * A text is matched back to templates, and its values are translated in their turn; or it is cut at colours
 * and at `; `, `: ` and the like, and its parts are translated alone: in the way that leaves the fewest
 * letters as they were. A template of hardly a word matches names and known texts alone: "{0} or {1}" would
 * be in anybody's sentence. What is in quotes is somebody else's, and nothing is cut there.
 * `keyOf`: under which key the catalogue has a text without values; by default under the text itself.
 */
export function translator(
  catalogue: Iterable<readonly [english: string, other: string]>,
  keyOf: (text: string) => string = (text) => text,
): Translator {
  const whole = new Map<string, string>();
  /** Entries are made when a text first has their word: most never are. */
  const byWord = new Map<string, (() => Entry)[]>();
  for (const [key, other] of catalogue) {
    if (other === "") continue;
    const template = templateOf(key);
    if (template.values.length === 0) whole.set(key, other);
    else
      addTo(
        byWord,
        rarestWord(template),
        once(() => entryOf(key, template, other)),
      );
  }

  function* made(text: string): Generator<{ readonly entry: Entry; readonly values: readonly string[] }> {
    const words = new Set(wordsOf(text));
    const candidates = [...words, ""]
      .flatMap((word) => byWord.get(word) ?? [])
      .map((entry) => entry())
      .sort((one, two) => two.literal - one.literal);
    for (const entry of candidates) {
      const values = entry.pattern().exec(text)?.slice(1);
      if (values === undefined || !values.every(isValue)) continue;
      if (!entry.isWeak || values.every((value) => isName(value) || known(value)?.isAll === true))
        yield { entry, values };
    }
  }

  /** What was told within one line: its parts are the same again and again. */
  const knownBefore = new Map<string, Told | undefined>();
  const toldBefore = new Map<string, Told>();

  /** Undefined: it is not a text of the catalogue. */
  const known = (text: string): Told | undefined => {
    if (!knownBefore.has(text)) knownBefore.set(text, knownAnew(text));
    return knownBefore.get(text);
  };

  const knownAnew = (text: string): Told | undefined => {
    const exact = isPhrase(text) ? whole.get(keyOf(text)) : undefined;
    if (exact !== undefined) return { text: exact, own: lettersIn(text), isAll: true };
    const ways = [...made(text)].slice(0, mostWays).map(({ entry, values }) => {
      const told = values.map(part);
      return {
        text: filled(
          entry.other,
          told.map((value) => value.text),
        ),
        own: entry.own + ownOf(told),
        isAll: told.every(({ isAll }) => isAll),
      };
    });
    return bestOf(ways);
  };

  const line = (text: string): string => {
    knownBefore.clear();
    toldBefore.clear();
    return part(text).text;
  };

  const part = (text: string): Told => {
    const before = toldBefore.get(text);
    if (before !== undefined) return before;
    const told = partAnew(text);
    toldBefore.set(text, told);
    return told;
  };

  const partAnew = (text: string): Told => {
    if (text.length > longest) return asItWas(text);
    const [start, core, end] = coreOf(text);
    if (!isPhrase(core)) return asItWas(text);
    // a sign may be a value of the text
    const [indent = ""] = /^\s*/.exec(text) ?? [];
    const parts = within(start, inParts(core), end);
    const [alone, signed] = [known(core), known(text.slice(indent.length, text.length - end.length))];
    const ways = [alone && within(start, alone, end), signed && within(indent, signed, end), parts];
    return bestOf(ways.filter((way) => way !== undefined)) ?? parts;
  };

  const inParts = (core: string): Told => {
    const coloured = core.split(colours);
    if (coloured.length === 1) return cut(core);
    return joined(coloured.map((one) => (isColour(one) ? between(one) : part(one))));
  };

  /** Its parts, cut where most of it is known. */
  const cut = (core: string): Told => {
    const cuts = [...cutsOf(core), { index: core.length, separator: "" }];
    /** The best of what follows each cut; from the last to the first. */
    const rests = new Map([[core.length, between("")]]);
    const starts = [0, ...cuts.slice(0, -1).map(({ index, separator }) => index + separator.length)];
    for (const start of starts.toReversed()) {
      const ahead = cuts.filter(({ index }) => index > start).slice(0, mostAhead);
      const ways = ahead.toReversed().flatMap(({ index, separator }, at) => {
        const one = start === 0 && index === core.length ? undefined : known(core.slice(start, index));
        const isNext = at === ahead.length - 1;
        const told = one ?? (isNext ? inBrackets(core.slice(start, index)) : undefined);
        const rest = rests.get(index + separator.length) ?? between("");
        return told === undefined ? [] : [joined([told, between(separator), rest])];
      });
      rests.set(start, bestOf(ways) ?? asItWas(core.slice(start)));
    }
    return rests.get(0) ?? asItWas(core);
  };

  const inBrackets = (text: string): Told =>
    text.startsWith("(") && text.endsWith(")") ? within("(", part(text.slice(1, -1)), ")") : asItWas(text);

  return {
    text: (text) =>
      text
        .split("\n")
        .map((one) => (one.includes(asItIs) ? one.replace(asItIs, "") : line(one)))
        .join("\n"),
    word: (text) => whole.get(keyOf(text)) ?? line(text),
    match: (text) => {
      if (whole.has(keyOf(text))) return { key: text, values: [] };
      for (const { entry, values } of made(text)) return { key: entry.key, values };
      return undefined;
    },
  };
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function entryOf(key: string, template: Template, other: string): Entry {
  let made: RegExp | undefined;
  const pattern = (): RegExp => (made ??= new RegExp(`^${template.pieces.map(escaped).join("([^]*?)")}$`));
  const own = template.pieces.join("");
  const isWeak =
    template.pieces
      .join(" ")
      .split(/\s+/)
      .filter((word) => /[A-Za-z]{2}/.test(word)).length < 2;
  return {
    key,
    template,
    pattern,
    literal: own.length,
    own: lettersIn(own),
    isWeak,
    other: templateOf(other),
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
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
