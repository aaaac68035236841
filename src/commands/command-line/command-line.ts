import yargs from "yargs";
import type { Argv } from "yargs";
import { type ExitCode, exitCodes } from "../../problem/exit-codes.js";
import { checkFormats } from "../../ui/checks/checked.js";
import { verbs } from "../verbs.js";
import { isGroup, type ParsedArguments, usageText, type Verb, type VerbGroup } from "../verb.js";
import { helpText } from "./help-text.js";
import { refuseEmpty, refuseMisused, refuseRepeated, takesValue } from "./misused-options.js";
import { namedVerb } from "./named-verb.js";
import { either } from "./option-forms.js";
import { everywhereOptions, type Flags } from "./options.js";
import { usageProblem } from "./usage-problem.js";
import { verbWords } from "./verb-words.js";

export interface CommandLine {
  readonly args: readonly string[];
  readonly workingFolder: string;
  readonly version: string;
  /** Runs the verb that the arguments name. */
  readonly run: (
    verb: Verb,
    args: ParsedArguments,
    flags: Flags,
    path: readonly string[],
  ) => Promise<ExitCode>;
  /** Columns of the terminal that help is shown on, if it is one. */
  readonly width?: number | undefined;
  /** Prints the text of `--help` or `--version`. */
  readonly print: (text: string) => void;
}

/**
 * Reads the arguments and runs what they name. Throws `usage-invalid` for a line that makes no sense, and
 * what `run` throws.
 */
export async function runCommandLine(line: CommandLine): Promise<ExitCode> {
  const { version } = line;
  const args = helpMeant(line.args);
  let run = (): Promise<ExitCode> => Promise.resolve(exitCodes.done);
  const parser = parserFor(args, line, (verb, parsed, flags) => {
    run = () => line.run(verb, parsed, flags, namedVerb(args).path);
  });
  try {
    await parser.parseAsync(asParsed(args), (_error: unknown, _parsed: unknown, output: string) => {
      if (output === version) line.print(version);
      else if (output !== "") line.print(helpText(namedVerb(args), line.width));
    });
  } catch (error) {
    if (!isUsageError(error)) throw error;
    throw usageProblem(error, args);
  }
  return run();
}

/** What the parser and the checks of options throw; anything of another class is an error in knetctl. */
function isUsageError(error: unknown): boolean {
  return error instanceof Error && (error.name === "Error" || error.name === "YError");
}

/** As in many programs, `knetctl help apply` means `knetctl apply --help`. */
function helpMeant(args: readonly string[]): readonly string[] {
  return args[0] === "help" ? [...args.slice(1), "--help"] : args;
}

/**
 * The parser takes a lone `-` for an option, so standard input is given another name that it accepts, unless
 * an option before it takes it as its value. It does not count the words after `--`, so a file name there
 * that begins with a dash gets its folder in front.
 */
function asParsed(args: readonly string[]): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const words = verbWords(namedVerb(args).verb);
  const isValue = (index: number): boolean => {
    const before = args[index - 1] ?? "";
    return before.startsWith("--") && takesValue(before, words);
  };
  return [
    ...args.slice(0, end).map((arg, index) => (arg === "-" && !isValue(index) ? "/dev/stdin" : arg)),
    ...args
      .slice(end + 1)
      .map((word) => (word === "-" ? "/dev/stdin" : word.startsWith("-") ? `./${word}` : word)),
  ];
}

/**
 * Declares the verb that the line names, so that the others need not be declared; every verb if it names
 * none, for their help.
 */
function parserFor(
  args: readonly string[],
  { workingFolder, version }: Pick<CommandLine, "workingFolder" | "version">,
  run: (...what: [...Parameters<Runner>, Flags]) => void,
) {
  let flags: Flags = {};
  const { verb, path } = namedVerb(args);
  const chosen = verbs.filter(({ name }) => name === path[0]);
  // the parser looks at the working folder, and would fail if it has been removed
  const y = yargs([], workingFolder)
    .scriptName("knetctl")
    .locale("en")
    .options(unseen(everywhereOptions))
    .middleware((parsed) => {
      const format = checkFormats.find((known) => known === parsed["format"]);
      flags = { ...parsed, format };
    })
    .check((parsed, options) => {
      refuseRepeated(parsed, options);
      refuseEmpty(parsed, options, verb);
      refuseMisused(args, verbWords(verb));
      return true;
    });
  return declareVerbs(y, chosen.length > 0 ? chosen : verbs, (named, parsed) => {
    run(named, parsed, flags);
  })
    .demandCommand(1, "name a command")
    .strict()
    .help("help", "show this")
    .alias("help", "h")
    .version("version", "show the version", version)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw (error as Error | undefined) ?? new Error(message);
    });
}

/** Takes the verb that the line names, with the arguments that the parser read. */
export type Runner = (verb: Verb, args: ParsedArguments) => void;

/** Declares verbs to the parser. `run` is called once, for the verb that the line names. */
export function declareVerbs(y: Argv, verbs: readonly (Verb | VerbGroup)[], run: Runner): Argv {
  return verbs.reduce(
    (declared, one) => (isGroup(one) ? declareGroup(declared, one, run) : declareVerb(declared, one, run)),
    y,
  );
}

function declareGroup(y: Argv, { name, describe, verbs }: VerbGroup, run: Runner): Argv {
  return y.command(name, describe, (inner) =>
    declareVerbs(inner, verbs, run).demandCommand(
      1,
      `name what to do: ${either(verbs.map((one) => one.name))}`,
    ),
  );
}

function declareVerb(y: Argv, verb: Verb, run: Runner): Argv {
  return y.command(
    usageText(verb.name, verb),
    verb.describe,
    (inner) => verbArguments(inner, verb),
    (args) => {
      run(verb, args);
    },
  );
}

/**
 * For each line that runs a verb the parser writes its own help, which nobody is shown, and measures every
 * text in it. That takes longer than all else that it does, so it is told of none of them.
 */
function unseen<T extends object>(declared: Readonly<Record<string, T>>) {
  return Object.fromEntries(
    Object.entries(declared).map(([name, one]) => [name, { ...one, hidden: true }] as const),
  );
}

function verbArguments(y: Argv, { words, options, fault }: Verb): Argv {
  // the program's --version would replace the verb's
  const free = Object.hasOwn(options, "version") ? y.version(false) : y;
  const withWords = Object.entries(unseen(words)).reduce<Argv>(
    (declared, [name, word]) => declared.positional(name, word),
    free,
  );
  return withWords.options(unseen(options)).check((args) => {
    const wrong = fault?.(args);
    if (wrong !== undefined) throw new Error(wrong);
    return true;
  });
}
