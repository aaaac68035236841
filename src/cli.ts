import { realpathSync } from "node:fs";
import { exitCodes } from "./problem/exit-codes.js";
import { outputTo } from "./ui/output-to.js";

declare const KNETCTL_VERSION: string;

/** The only file that touches the process: arguments in, exit code out. `--version` answers before anything is loaded. */
const args = process.argv.slice(2);
const stdout = outputTo(1, () => process.stdout);
const stderr = outputTo(2, () => process.stderr);
let signal: AbortSignal | undefined;

if (args.length === 1 && args[0] === "--version") stdout.write(`${KNETCTL_VERSION}\n`);
else void start();

async function start(): Promise<void> {
  const { main } = await import("./main.js");
  const exitCode = await main({
    args,
    version: KNETCTL_VERSION,
    environment: process.env,
    workingFolder: workingFolder(),
    node: process.execPath,
    script: realpathSync(process.argv[1] ?? ""),
    stdout,
    stderr,
    get signal() {
      return (signal ??= abortedBySignals());
    },
    isRoot: process.geteuid?.() === 0,
  });
  process.exitCode = exitCode === exitCodes.done && stdout.failed() ? exitCodes.cannotWrite : exitCode;
}

/** `/` where the folder has been removed meanwhile: names from there on cannot be found then, and are said not to exist. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}

/** Aborts at the first SIGINT, SIGTERM or SIGHUP; a second one ends the program at once. */
function abortedBySignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodes.interrupted);
      controller.abort(name);
    });
  }
  return controller.signal;
}
