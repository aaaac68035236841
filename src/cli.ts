import { realpathSync } from "node:fs";

declare const KNETCTL_VERSION: string;

/** The only file that touches the process: arguments in, exit code out. `--version` answers before anything is loaded. */
const args = process.argv.slice(2);

// a reader that has gone away (`knetctl plan | head`) is no error of ours
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

if (args.length === 1 && args[0] === "--version") {
  process.stdout.write(`${KNETCTL_VERSION}\n`);
} else {
  void start();
}

async function start(): Promise<void> {
  const { main } = await import("./main.js");
  process.exitCode = await main({
    args,
    version: KNETCTL_VERSION,
    environment: process.env,
    workingFolder: process.cwd(),
    node: process.execPath,
    script: realpathSync(process.argv[1] ?? ""),
    stdout: process.stdout,
    stderr: process.stderr,
    signal: abortedBySignals(),
    isRoot: process.geteuid?.() === 0,
  });
}

/** Aborts at the first SIGINT, SIGTERM or SIGHUP; a second one ends the program at once. */
function abortedBySignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(name);
    });
  }
  return controller.signal;
}
