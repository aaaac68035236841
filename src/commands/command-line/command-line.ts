import yargs from "yargs";
import { exitCodes, type ExitCode } from "../../problem/exit-codes.js";
import type { CommandContext } from "../command.js";
import { declareCommands, innerVerbs } from "../index.js";
import { takesValue } from "./misused-options.js";
import { noWords, parserWords, type ParserWords } from "./parser-words.js";
import { usageProblem } from "./usage-problem.js";

export interface Flags {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

export interface CommandLine {
  readonly args: readonly string[];
  readonly workingFolder: string;
  readonly version: string;
  /** Runs the verb that the arguments name. */
  readonly run: (verb: (context: CommandContext) => Promise<ExitCode>, flags: Flags) => Promise<ExitCode>;
  /** Prints the text of `--help` or `--version`. */
  readonly print: (text: string) => void;
}

/** Reads the arguments and runs what they name. Throws `usage-invalid` for what cannot be meant. */
export async function runCommandLine({
  args,
  workingFolder,
  version,
  run,
  print,
}: CommandLine): Promise<ExitCode> {
  let [exitCode, words]: [ExitCode, ParserWords | undefined] = [exitCodes.done, undefined];
  const parser = parserFor(
    args,
    workingFolder,
    async (verb, flags) => {
      exitCode = await run(verb, flags);
    },
    (found) => {
      words = found;
    },
  ).version("version", "show the version", version);
  try {
    await parser.parseAsync(
      await asParsed(args, workingFolder),
      (_error: unknown, _parsed: unknown, output: string) => {
        if (output !== "") print(helpText(output));
      },
    );
  } catch (error) {
    throw usageProblem(error, args, words);
  }
  return exitCode;
}

const everywhere = "Everywhere:";

/**
 * The parser's text: a verb's own options before those that all have, and nothing of switches but that they
 * are there.
 */
function helpText(text: string): string {
  const plain = text
    .replace(/\s+\[boolean\](?: \[default: (?:true|false)\])?$/gm, "")
    .replaceAll(" [default: []]", "")
    .replace(/^Positionals:/m, "Arguments:");
  const sections = plain.split(/\n\n(?=\S)/);
  const ordered = [
    ...sections.filter((one) => !one.startsWith(everywhere)),
    ...sections.filter((one) => one.startsWith(everywhere)),
  ];
  return [...ordered, ...(plain.startsWith(programUsage) ? [exitCodesText] : [])].join("\n\n");
}

const programUsage = "knetctl COMMAND";
const exitCodesText = `Exit codes:
    0  done, and nothing differs       69  an endpoint, service or token cannot be reached
    1  failed                          70  a mistake of knetctl's own
    2  changes are pending             73  cannot write
   64  wrong usage                     75  another run holds the lock
   65  the profile is not valid        77  a permission is missing

knetctl COMMAND --help shows what a command takes`;

/** What a verb takes; `path`: the verb, and its inner verb where it has some. */
export async function wordsAt(path: readonly string[], workingFolder: string): Promise<ParserWords> {
  let words = noWords;
  // no verb takes it: the parser comes to the verb and refuses the line
  const args = [...path, "--no-such-option"];
  try {
    await parserFor(
      args,
      workingFolder,
      () => Promise.resolve(),
      (found) => {
        words = found;
      },
    ).parseAsync(args);
  } catch {
    // as it should be
  }
  return words;
}

/**
 * The parser takes a lone `-` for an option: standard input has another name that it lets pass, but where an
 * option before it takes it for its value. It does not count the words after `--`: there the name of a file
 * that begins with a dash gets the folder before it.
 */
async function asParsed(args: readonly string[], workingFolder: string): Promise<string[]> {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const follows = (arg: string, index: number): boolean =>
    arg === "-" && args[index - 1]?.startsWith("--") === true;
  const words = args.slice(0, end).some(follows) ? await wordsAt(pathIn(args), workingFolder) : noWords;
  const before = args
    .slice(0, end)
    .map((arg, index) =>
      arg === "-" && !(follows(arg, index) && takesValue(args[index - 1] ?? "", words)) ? "/dev/stdin" : arg,
    );
  return [
    ...before,
    ...args
      .slice(end + 1)
      .map((word) => (word === "-" ? "/dev/stdin" : word.startsWith("-") ? `./${word}` : word)),
  ];
}

/** The verb, and its inner verb where it has some. */
function pathIn(args: readonly string[]): readonly string[] {
  const [verb = "", inner = ""] = args.filter((arg) => !arg.startsWith("-"));
  return Object.hasOwn(innerVerbs, verb) ? [verb, inner] : [verb];
}

type Verb = Parameters<CommandLine["run"]>[0];

/** `refused` is told what the verb takes when the parser refuses the line. */
function parserFor(
  args: readonly string[],
  workingFolder: string,
  run: (verb: Verb, flags: Flags) => Promise<void>,
  refused: (words: ParserWords) => void,
) {
  let flags: Flags = {};
  // the parser's own look at the working folder fails where that has been removed
  const y = yargs([], workingFolder)
    .scriptName("knetctl")
    .locale("en")
    .usage(
      `${programUsage}\n\nPuts the Kryptus kNET PKCS #11 client on a Linux host, proves it, and ` +
        "keeps it right.",
    )
    .option("json", {
      type: "boolean",
      default: false,
      describe: "one JSON document on standard output",
      global: true,
    })
    .option("quiet", { type: "boolean", default: false, describe: "problems and results only", global: true })
    .option("verbose", {
      type: "boolean",
      default: false,
      describe: "show technical causes too",
      global: true,
    })
    .middleware((parsed) => {
      flags = parsed;
    });
  return declareCommands(y, args, (verb) => run(verb, flags))
    .demandCommand(1, "name a command")
    .strict()
    .help("help", "show this")
    .alias("help", "h")
    .group(["json", "quiet", "verbose", "help", "version"], everywhere)
    .wrap(100)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      refused(parserWords(y));
      // errors of verbs do not come here; these are the command line's
      throw (error as Error | undefined) ?? new Error(message);
    });
}
