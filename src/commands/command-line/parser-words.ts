import { fieldsOf } from "../../formats/json/json-values.js";

/** The options of the verb that the parser has come to. */
export interface ParserWords {
  /** Without dashes, hidden ones too; positionals are none. */
  readonly options: readonly string[];
  /** Options that take no value. */
  readonly switches: readonly string[];
  /** Switches that are on unless `--no-NAME` is given. */
  readonly negatable: readonly string[];
  /** Of options and positionals that take one of a few words. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly hidden: readonly string[];
  /** Names of what is given as a word, in order. */
  readonly positionals: readonly string[];
}

export const noWords: ParserWords = {
  options: [],
  switches: [],
  negatable: [],
  choices: {},
  hidden: [],
  positionals: [],
};

/** Asks the parser, whose types do not tell of these two methods (yargs 18, `getOptions` and `getGroups`). */
export function parserWords(parser: object): ParserWords {
  const options = fieldsOf(called(parser, "getOptions"));
  const positionals = textsOf(fieldsOf(called(parser, "getGroups"))["Positionals:"]);
  const aliases = Object.values(fieldsOf(options["alias"])).flatMap(textsOf);
  const switches = textsOf(options["boolean"]);
  const defaults = fieldsOf(options["default"]);
  return {
    options: [...Object.keys(fieldsOf(options["key"])), ...aliases].filter(
      (name) => !positionals.includes(name) && !/[A-Z]/.test(name),
    ),
    switches,
    negatable: switches.filter((name) => defaults[name] === true),
    choices: Object.fromEntries(
      Object.entries(fieldsOf(options["choices"])).map(([name, words]) => [name, textsOf(words)]),
    ),
    hidden: textsOf(options["hiddenOptions"]),
    positionals,
  };
}

function called(parser: object, name: string): unknown {
  const method: unknown = Reflect.get(parser, name);
  return typeof method === "function" ? Reflect.apply(method, parser, []) : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
