import type { InferredOptionType, Options, PositionalOptions } from "yargs";
import type { ExitCode, exitCodes } from "../problem/exit-codes.js";
import type { CommandContext } from "./command.js";

/** Names that completion finds on the host or in a profile. */
export type LiveKind =
  | "accounts"
  | "connections"
  | "consumer-keys"
  | "consumer-types"
  | "consumers"
  | "endpoints"
  | "key-stores"
  | "runs"
  | "token-labels"
  | "units"
  | "users"
  | "written-consumers";

/** What help, completion and the messages about bad usage need to know, but the parser does not. */
interface Beside {
  /** It names a file or a folder, or something that the host or the profile knows. */
  readonly names?: "files" | LiveKind;
  /** An empty text is a valid value, not the result of a variable that is not set. */
  readonly mayBeEmpty?: true;
  /** What stands for the value in help: "FILE". */
  readonly value?: string;
  /** A switch that says yes, no, or, left out, that the program decides. */
  readonly isTernary?: true;
}

export type Option = Options & Beside;

/** What is given as a word, without a name. */
export type Word = PositionalOptions & Beside & { readonly form?: string };

/** A command line that can be typed as shown, and what it is for. */
export type Example = readonly [line: string, purpose: string];

/** The exit codes that a verb can give, apart from those that every verb can. */
export type Exits = readonly (keyof typeof exitCodes)[];

/** Options and words by their names in camel case, as the parser returns them. */
export type ParsedArguments = Readonly<Record<string, unknown>>;

type CamelCase<Name> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name & string;

type Values<O extends Readonly<Record<string, Option | Word>>> = {
  readonly [Name in keyof O as CamelCase<Name>]: InferredOptionType<O[Name]>;
};

interface Declaration<W extends Readonly<Record<string, Word>>, O extends Readonly<Record<string, Option>>> {
  readonly name: string;
  readonly describe: string;
  /** In order. */
  readonly words: W;
  readonly options: O;
  readonly examples: readonly Example[];
  readonly exits: Exits;
  /** What is wrong with arguments that are each valid. */
  readonly fault?: (args: ParsedArguments) => string | undefined;
  /** Loads what it needs itself: every start of the program loads all declarations. */
  readonly run: (args: Values<W> & Values<O>, context: CommandContext) => Promise<ExitCode>;
}

/**
 * Everything about a verb. The parser, help, the manual, completion, the start without the parser and the
 * messages about bad usage are made from it.
 */
export interface Verb {
  readonly name: string;
  readonly describe: string;
  readonly words: Readonly<Record<string, Word>>;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly Example[];
  readonly exits: Exits;
  readonly fault?: (args: ParsedArguments) => string | undefined;
  readonly run: (args: ParsedArguments, context: CommandContext) => Promise<ExitCode>;
}

/** A verb that has sub-verbs. */
export interface VerbGroup {
  readonly name: string;
  readonly describe: string;
  readonly verbs: readonly Verb[];
}

export function isGroup(one: Verb | VerbGroup): one is VerbGroup {
  return "verbs" in one;
}

/** Declares a verb; what its `run` is given has the types that its words and options declare. */
export function verb<
  const W extends Readonly<Record<string, Word>>,
  const O extends Readonly<Record<string, Option>>,
>(declaration: Declaration<W, O>): Verb {
  const { words, options, run } = declaration;
  const isComplete = (args: ParsedArguments): args is ParsedArguments & Values<W> & Values<O> =>
    Object.entries({ ...words, ...options })
      .filter(([, { demandOption, default: preset }]) => demandOption === true || preset !== undefined)
      .every(([name]) => args[camelCase(name)] !== undefined);
  return {
    ...declaration,
    run: (args, context) => {
      if (!isComplete(args)) throw new Error(`${declaration.name} was not given all that it declares`);
      return run(args, context);
    },
  };
}

/** `dry-run` is `dryRun` among the arguments. */
export function camelCase(name: string): string {
  const [first = "", ...others] = name.split("-");
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

/**
 * As usage shows it: `ha add <connection> <endpoints..>`. `path`: the verb's name, after that of its group.
 */
export function usageText(path: string, { words }: Pick<Verb, "words">): string {
  const shown = Object.entries(words).map(([name, { array, demandOption }]) => {
    const text = `${name}${array === true ? ".." : ""}`;
    return demandOption === true ? `<${text}>` : `[${text}]`;
  });
  return [path, ...shown].join(" ");
}
