import fc from "fast-check";
import { fold } from "./dotnet-json.js";

/** A value of a JSON file of settings: a token, or the members or items of a section. */
export type Value =
  | string
  | { readonly members: readonly (readonly [string, Value])[] }
  | { readonly items: readonly Value[] };

/** What a PIN or a name may hold that some form of settings takes for its own. */
export const hostileText = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      '"',
      "'",
      ";",
      "#",
      "/",
      "=",
      "\\",
      "$",
      "%",
      " ",
      "_",
      "{",
      "}",
      "[",
      "]",
      ",",
      "*",
      "é",
      "ß",
      "\u0130",
      "\u2028",
      "\u{1F511}",
      "\t",
      "\n",
      "\r",
      "\0",
      "\u007f",
      "a",
    ),
    maxLength: 8,
  }),
  fc.constantFrom("", " x ", "__", "// x", "/* x", "*/", '",', "\\u0041", "\uFEFF", "True", "null"),
);

const part = fc.constantFrom(
  "KeyStores",
  "keystores",
  "MyHsm",
  "MYHSM",
  "Pin",
  "pin",
  "Type",
  "a",
  "é",
  "É",
  "0",
  "1",
  "\u0131",
);
const name = fc.oneof(
  { weight: 4, arbitrary: part },
  { weight: 1, arbitrary: fc.tuple(part, part).map((parts) => parts.join(":")) },
  { weight: 1, arbitrary: hostileText },
);
const token = fc.oneof(
  hostileText.map((text) => JSON.stringify(text)),
  fc.constantFrom("true", "false", "null", "1", "-0.50", "1e9", '"\\u0041\\/"'),
);

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 3, arbitrary: token },
    {
      weight: 3,
      arbitrary: fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }).map((members) => ({ members })),
    },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 3 }).map((items) => ({ items })) },
  ),
}));
const root = fc.array(fc.tuple(name, value), { maxLength: 4 });

/** Only what .NET reads: of settings with one key the first, and no section of nothing where a setting is. */
function readable(members: readonly (readonly [string, Value])[]): readonly (readonly [string, Value])[] {
  const taken = new Map<string, "setting" | "nothing">();
  const kept = (one: Value, path: readonly string[]): boolean => {
    const kind = typeof one === "string" ? "setting" : "nothing";
    const isSection = typeof one !== "string" && ("items" in one ? one.items : one.members).length > 0;
    const key = fold(path.join(":"));
    if (isSection) return true;
    if (taken.has(key) && (kind === "setting" || taken.get(key) === "setting")) return false;
    taken.set(key, kind);
    return true;
  };
  const section = (
    list: readonly (readonly [string, Value])[],
    path: readonly string[],
  ): readonly (readonly [string, Value])[] =>
    list.flatMap(([key, one]): readonly (readonly [string, Value])[] => {
      const within = [...path, key];
      if (!kept(one, within)) return [];
      if (typeof one === "string") return [[key, one]];
      if ("members" in one) {
        const inner = section(one.members, within);
        return one.members.length > 0 && inner.length === 0 ? [] : [[key, { members: inner }]];
      }
      const items = section(
        one.items.map((item, index) => [String(index), item]),
        within,
      );
      return items.length < one.items.length ? [] : [[key, { items: items.map(([, item]) => item) }]];
    });
  return section(members, []);
}

/** Layout of a file, by choices: 0 is the plainest of each. */
class Layout {
  readonly #choices: readonly number[];
  readonly #eol: string;
  readonly #unit: string;
  readonly #trailing: boolean;
  readonly #colon: string;
  #at = 0;
  #comments = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
    this.#eol = this.#choose("\n", "\r\n", "");
    this.#unit = this.#choose("  ", "\t", "    ", "");
    this.#trailing = this.#choose(false, true);
    this.#colon = this.#choose(": ", ":", " : ");
  }

  file(members: readonly (readonly [string, Value])[]): string {
    const start = this.#choose("", "\uFEFF") + this.#ownLines("");
    const object = this.#section(
      "{",
      members.map(
        ([key, one]) =>
          () =>
            JSON.stringify(key) + this.#colon + this.#inline() + this.#value(one, this.#unit),
      ),
      "}",
      "",
    );
    return start + object + this.#choose("", this.#eol) + this.#ownLines("");
  }

  #value(one: Value, indent: string): string {
    if (typeof one === "string") return one;
    if ("items" in one)
      return this.#section(
        "[",
        one.items.map((item) => () => this.#value(item, indent + this.#unit)),
        "]",
        indent,
      );
    return this.#section(
      "{",
      one.members.map(
        ([key, inner]) =>
          () =>
            JSON.stringify(key) + this.#colon + this.#inline() + this.#value(inner, indent + this.#unit),
      ),
      "}",
      indent,
    );
  }

  #section(open: string, entries: readonly (() => string)[], close: string, indent: string): string {
    const eol = this.#choose(this.#eol, this.#eol, this.#eol, " ", "");
    const inner = eol === "" || eol === " " ? eol : eol + indent + this.#unit;
    const outer = eol === "" || eol === " " ? eol : eol + indent;
    const isLined = inner !== eol;
    let text = open + (isLined ? this.#lineEnd() : this.#inline());
    for (const [index, entry] of entries.entries()) {
      const isLast = index === entries.length - 1;
      text +=
        (isLined ? this.#ownLines(eol + indent + this.#unit) : "") +
        this.#choose(inner, inner, inner, inner, " ");
      text +=
        entry() +
        this.#inline() +
        (!isLast || this.#trailing ? "," : "") +
        (isLined ? this.#lineEnd() : this.#inline());
    }
    if (entries.length === 0 && this.#choose(true, false)) return text + close;
    return text + (isLined ? this.#ownLines(eol + indent + this.#unit) : "") + outer + close;
  }

  #lineEnd(): string {
    const comment = this.#choose(
      "",
      "",
      "",
      " ",
      ` // eol ${this.#comments}${this.#eol || "\n"}`,
      ` /* eol ${this.#comments} */`,
      ` /* over${this.#eol}lines ${this.#comments} */`,
    );
    if (comment.includes("/")) this.#comments++;
    return comment;
  }

  #ownLines(lead: string): string {
    const comment = this.#choose(
      "",
      "",
      "",
      "",
      `${lead}// own ${this.#comments}${this.#eol || "\n"}`,
      `${lead}/* own ${this.#comments} */${this.#eol || "\n"}`,
      lead,
    );
    if (comment.includes("/")) this.#comments++;
    return comment;
  }

  #inline(): string {
    return this.#choose("", "", "", "", "", "", "", ` /* in ${this.#comments++} */ `);
  }

  #choose<T>(...options: readonly T[]): T {
    const choice = (this.#choices[this.#at++ % Math.max(1, this.#choices.length)] ?? 0) % options.length;
    return options[choice]!;
  }
}

/**
 * Files of settings that .NET reads: comments anywhere, trailing commas, line ends, marks, spellings and
 * cases of all kinds.
 */
export const settingsFile = fc
  .tuple(root, fc.array(fc.nat({ max: 839 }), { maxLength: 60 }))
  .map(([members, choices]) => new Layout(choices).file(readable(members)));

const newPart = fc.oneof(
  { weight: 3, arbitrary: part },
  { weight: 1, arbitrary: hostileText.filter((text) => text !== "") },
);
/** Keys like those of the files, and new ones. */
export const settingKey = fc.array(newPart, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(":"));
