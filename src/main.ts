import type { CommandContext } from "./commands/command.js";
import { plainLine } from "./commands/command-line/named-verb.js";
import type { Flags } from "./commands/command-line/options.js";
import type { OpenDescriptors } from "./host/processes/inherited-descriptors.js";
import { asAbsolutePath, folderOf, type AbsolutePath } from "./host/path.js";
import { inTheirLanguage } from "./language/their-language.js";
import { exitCodes, type ExitCode } from "./problem/exit-codes.js";
import { problemsOf } from "./problem/internal-error.js";
import { errorsLast, exitCodeOf, Problem } from "./problem/problem.js";
import { errorCode } from "./problem/thrown.js";
import { isUtf8 } from "./ui/text/signs.js";
import { terminalOutput, type OutputStream, type TerminalOutput } from "./ui/terminal/terminal-output.js";

export interface MainInput {
  readonly args: readonly string[];
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What is open when it is first called. */
  readonly descriptors: () => OpenDescriptors;
  readonly workingFolder: string;
  /** Absolute paths of node and of the bundled script. */
  readonly node: string;
  readonly script: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly signal: AbortSignal;
  /** Sets what is called when a second signal ends the program at once, replacing what was set before. */
  readonly whenLeft: (leave: () => void) => void;
  readonly isRoot: boolean;
  /** The root of hosts for which no other is asked: `/`, but for runs that compile the program. */
  readonly root?: string;
}

/**
 * Wires the real host to the verb that the arguments name, whose declaration in commands/verbs runs it; shows
 * what it throws, once; returns the exit code.
 */
export async function main(input: MainInput): Promise<ExitCode> {
  if (input.args[0] === askForCompletions) return completed(input);
  const args = await inTheirLanguage(input.args, input.environment, isUtf8(input.environment));
  const line = plainLine(args);
  if (line === undefined) return parsedMain(input, args);
  const out = output(input, line.flags, await stacksOf(input, line.flags.verbose));
  return shown(out, async () => line.verb.run(line.args, context(input, out)));
}

/** Whether a line is run without the parser. */
export function isPlain(args: readonly string[]): boolean {
  return plainLine(args) !== undefined;
}

/**
 * The option with which a shell asks for completions, followed by the line's words, the one under the cursor
 * last.
 */
const askForCompletions = "--complete";

async function completed(input: MainInput): Promise<ExitCode> {
  const { completions } = await import("./commands/command-line/completions.js");
  const out = output(input, { quiet: true });
  return shown(out, async () => {
    const found = await completions(input.args.slice(1), async (kind, line) => {
      const { liveValues } = await import("./commands/command-line/live-values.js");
      return liveValues(kind, line, context(input, out));
    });
    if (found.length > 0) out.result(found.join("\n"));
    return exitCodes.done;
  });
}

async function parsedMain(input: MainInput, args: readonly string[]): Promise<ExitCode> {
  const { runCommandLine } = await import("./commands/command-line/command-line.js");
  const verbose = args.includes("--verbose");
  const early = output(
    input,
    { json: args.includes("--json"), verbose, color: !args.includes("--no-color") },
    await stacksOf(input, verbose),
  );
  return shown(early, () =>
    runCommandLine({
      args,
      workingFolder: input.workingFolder,
      version: input.version,
      width: early.width,
      run: async (verb, parsed, flags, path) => {
        const out = output(input, flags, await stacksOf(input, flags.verbose));
        return shown(out, () => verb.run(parsed, context(input, out)), checksOf(input, path, parsed));
      },
      print: (text) => {
        early.file(text);
      },
    }),
  );
}

type StackOf = (error: Error) => string;

/** The stacks that `--verbose` shows: with places in the source. */
async function stacksOf({ script }: MainInput, verbose = false): Promise<StackOf | undefined> {
  if (!verbose) return undefined;
  const { sourceStacks } = await import("./ui/terminal/source-stack.js");
  return sourceStacks(script);
}

function output(input: MainInput, flags: Flags, stackOf?: StackOf): TerminalOutput {
  const { environment, stdout, stderr } = input;
  return terminalOutput({
    stackOf,
    json: flags.json ?? false,
    verbose: flags.verbose ?? false,
    quiet: flags.quiet ?? false,
    color: flags.color ?? true,
    format: flags.format,
    environment,
    stdout,
    stderr,
  });
}

function context(input: MainInput, out: TerminalOutput): CommandContext {
  const workingFolder = absolute(input.workingFolder);
  const whenLeft = addedTo(input.whenLeft);
  return {
    output: out,
    workingFolder,
    // until a command asks for this, a signal ends the program at once
    get signal() {
      return input.signal;
    },
    whenLeft,
    isRoot: input.isRoot,
    follow: async (words) => {
      const line = plainLine(words);
      if (line === undefined) throw new Error(`${words.join(" ")} cannot follow another command`);
      return line.verb.run(line.args, context(input, out));
    },
    version: input.version,
    environment: input.environment,
    get descriptors() {
      return input.descriptors();
    },
    self: { node: absolute(input.node), script: absolute(input.script) },
    programFolder: folderOf(absolute(input.script)),
    host: async ({ root = input.root, readOnly }) => {
      // a host that can be written to opens files that could be read from
      if (!readOnly) input.descriptors();
      const { realHost } = await import("./host/real-host.js");
      const at = root === undefined ? absolute("/") : await rootFolder(root, workingFolder);
      const host = realHost(at, { keepsFolders: readOnly });
      if (host.root !== "/") out.inside(host.root);
      if (readOnly) return (await import("./host/read-only-host.js")).readOnlyHost(host);
      // here, for every command: any that can write may have folders of its own and stages
      const { removeOwnFolders } = await import("./host/processes/own-folder.js");
      const { removeStages } = await import("./host/stage/stage.js");
      whenLeft(() => {
        removeOwnFolders(host.files());
      });
      whenLeft(removeStages);
      return host;
    },
  };
}

/** Everything that was added is done in order, even if some of it fails: there is nobody left to tell. */
function addedTo(set: MainInput["whenLeft"]): CommandContext["whenLeft"] {
  const all: (() => void)[] = [];
  return (leave) => {
    all.push(leave);
    set(() => {
      for (const one of all) {
        try {
          one();
        } catch {
          // the others are still done
        }
      }
    });
  };
}

async function rootFolder(root: string, workingFolder: AbsolutePath): Promise<AbsolutePath> {
  const paths = await import("node:path");
  const fs = await import("node:fs");
  try {
    const real = fs.realpathSync(paths.resolve(workingFolder, root));
    if (!fs.statSync(real).isDirectory()) throw new Error("not a folder");
    return absolute(real);
  } catch (cause) {
    // root may be able to reach it
    if (errorCode(cause) === "EACCES")
      throw new Problem("host-not-permitted", "the folder of --root cannot be reached", {
        where: { path: root },
        cause,
        hint: "run as root",
      });
    throw new Problem("usage-root-missing", `the folder of --root cannot be used`, {
      where: { path: root },
      cause,
      hint: "name an existing folder that holds a system's root",
    });
  }
}

function absolute(text: string): AbsolutePath {
  const checked = asAbsolutePath(text);
  if (checked === undefined) throw new Error(`not an absolute path: ${JSON.stringify(text)}`);
  return checked;
}

type WriteChecks = (out: TerminalOutput, thrown?: readonly Problem[]) => Promise<void>;

/** Writes what a verb checked, for `--format`. */
function checksOf(input: MainInput, path: readonly string[], args: object): WriteChecks {
  const began = new Date();
  const start = performance.now();
  return async (out, thrown) => {
    if (out.format === undefined) return;
    const { writeChecks } = await import("./ui/checks/write-checks.js");
    const ms = performance.now() - start;
    writeChecks(out, { ...input, verb: path.join(" "), began, ms, args: { ...args } }, thrown);
  };
}

/** Runs it and shows what it throws; the exit code is that of the first error. */
async function shown(
  out: TerminalOutput,
  run: () => Promise<ExitCode>,
  write: WriteChecks = () => Promise.resolve(),
): Promise<ExitCode> {
  try {
    const exitCode = await run();
    await write(out);
    return exitCode;
  } catch (error) {
    const problems = problemsOf(error);
    for (const problem of errorsLast(problems)) out.problem(problem);
    if (out.json) out.document({ problems });
    await write(out, problems);
    out.thrown(problems);
    return exitCodeOf(problems, exitCodes.failed);
  }
}
