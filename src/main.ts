import type { Argv } from "yargs";
import type { CommandContext } from "./commands/command.js";
import { plainVerb } from "./commands/plain-verb.js";
import type { OpenDescriptors } from "./host/inherited-descriptors.js";
import { asAbsolutePath, folderOf, type AbsolutePath } from "./host/path.js";
import { problemCodes } from "./problem/codes.js";
import { exitCodes, type ExitCode } from "./problem/exit-codes.js";
import { Problem, Problems } from "./problem/problem.js";
import type { Output } from "./ui/output.js";
import { terminalOutput, type OutputStream } from "./ui/terminal-output.js";

export interface MainInput {
  readonly args: readonly string[];
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What was open before the program opened anything. */
  readonly descriptors: OpenDescriptors;
  readonly workingFolder: string;
  /** Absolute paths of node and of the bundled script. */
  readonly node: string;
  readonly script: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly signal: AbortSignal;
  /** Sets what is called when a second signal ends the program at once. */
  readonly whenLeft: (say: () => void) => void;
  readonly isRoot: boolean;
}

/** Wires the real host to the verb that the arguments name; shows what it throws, once; returns the exit code. */
export async function main(input: MainInput): Promise<ExitCode> {
  const verb = plainVerb(input.args);
  if (verb === undefined) return parsedMain(input);
  const out = output(input, {});
  return shown(out, async () => verb(context(input, out)));
}

async function parsedMain(input: MainInput): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const parser = await commandLine(input, async (verb, output) => {
    exitCode = await shown(output, async () => verb(context(input, output)));
  });
  try {
    await parser.parseAsync(withStandardInput(input.args));
  } catch (error) {
    const { usageProblem } = await import("./commands/usage-problem.js");
    return shown(output(input, { json: input.args.includes("--json") }), () => Promise.reject(usageProblem(error, input.args)));
  }
  return exitCode;
}

/** The parser takes a lone `-` for an option; standard input has another name that it lets pass. */
function withStandardInput(args: readonly string[]): string[] {
  return args.map((arg, index) => (arg === "-" && args[index - 1]?.startsWith("--") !== true ? "/dev/stdin" : arg));
}

type Verb = (context: CommandContext) => Promise<ExitCode>;

async function commandLine(input: MainInput, run: (verb: Verb, output: Output) => Promise<void>): Promise<Argv> {
  const [{ default: yargs }, { declareCommands }] = await Promise.all([import("yargs"), import("./commands/index.js")]);
  let parsed: { json?: boolean; verbose?: boolean; quiet?: boolean } = {};
  // the parser's own look at the working folder fails where that has been removed
  const y = yargs([], input.workingFolder)
    .scriptName("knetctl")
    .locale("en")
    .usage("$0 COMMAND\n\nPuts the Kryptus kNET PKCS #11 client on a Linux host, proves it, and keeps it right.")
    .option("json", { type: "boolean", default: false, describe: "one JSON document on standard output", global: true })
    .option("quiet", { type: "boolean", default: false, describe: "problems and results only", global: true })
    .option("verbose", { type: "boolean", default: false, describe: "show technical causes too", global: true })
    .middleware((args) => {
      parsed = args;
    });
  return declareCommands(y, input.args, (verb) => run(verb, output(input, parsed)))
    .completion("completion", "print a completion script for bash or zsh")
    .demandCommand(1, "name a command; knetctl --help lists them")
    .strict()
    .help()
    .alias("help", "h")
    .version(input.version)
    .wrap(100)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      // errors of verbs are caught in `shown`; what comes here is the command line's
      throw (error as Error | undefined) ?? new Error(message);
    });
}

function output(input: MainInput, flags: { json?: boolean; verbose?: boolean; quiet?: boolean }): Output {
  const { environment, stdout, stderr } = input;
  return terminalOutput({ json: flags.json ?? false, verbose: flags.verbose ?? false, quiet: flags.quiet ?? false, environment, stdout, stderr });
}

function context(input: MainInput, out: Output): CommandContext {
  const workingFolder = absolute(input.workingFolder);
  return {
    output: out,
    workingFolder,
    // signals end the program at once until a command asks for this
    get signal() {
      return input.signal;
    },
    whenLeft: input.whenLeft,
    isRoot: input.isRoot,
    version: input.version,
    environment: input.environment,
    descriptors: input.descriptors,
    self: { node: absolute(input.node), script: absolute(input.script) },
    programFolder: folderOf(absolute(input.script)),
    host: async ({ root, readOnly }) => {
      const { realHost } = await import("./host/real-host.js");
      const host = realHost(root === undefined ? absolute("/") : await rootFolder(root, workingFolder));
      return readOnly ? (await import("./host/read-only-host.js")).readOnlyHost(host) : host;
    },
  };
}

async function rootFolder(root: string, workingFolder: AbsolutePath): Promise<AbsolutePath> {
  const paths = await import("node:path");
  const fs = await import("node:fs");
  try {
    return absolute(fs.realpathSync(paths.resolve(workingFolder, root)));
  } catch (cause) {
    throw new Problem("usage-root-missing", `the folder of --root cannot be used`, { where: { path: root }, cause, hint: "name an existing folder that holds a system's root" });
  }
}

function absolute(text: string): AbsolutePath {
  const checked = asAbsolutePath(text);
  if (checked === undefined) throw new Error(`not an absolute path: ${JSON.stringify(text)}`);
  return checked;
}

/** Runs; shows what was thrown; the exit code is that of the first error. */
async function shown(out: Output, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    const problems = problemsOf(error);
    for (const problem of problems) out.problem(problem);
    if (out.json) out.document({ problems });
    const first = problems.find((problem) => problem.severity === "error");
    return first === undefined ? exitCodes.failed : problemCodes[first.code];
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof Problems) return error.list;
  if (error instanceof Problem) return [error];
  return [
    new Problem("internal-error", "knetctl made a mistake of its own", {
      detail: error instanceof Error ? `${error.name}: ${error.message}` : "an unknown error",
      hint: "run again with --verbose and report what it shows",
      cause: error,
    }),
  ];
}
