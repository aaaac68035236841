import { openDescriptors, type OpenDescriptors } from "./host/processes/inherited-descriptors.js";
import { main, type MainInput } from "./main.js";
import { exitCodes } from "./problem/exit-codes.js";
import { outputTo } from "./ui/terminal/output-to.js";

let signal: AbortSignal | undefined;
let sayWhenLeft = (): void => undefined;

/**
 * The process around `main`: arguments in, exit code out. Ends it, as only the smoke test's worker does
 * besides.
 */
export async function start(started: Pick<MainInput, "args" | "version" | "script" | "root">): Promise<void> {
  let descriptors: OpenDescriptors | undefined;
  const stdout = outputTo(1, () => process.stdout);
  const stderr = outputTo(2, () => process.stderr);
  // without a listener, Node opens its debugger at this signal: a port through which every local user can
  // read root's memory
  process.on("SIGUSR1", () => undefined);
  // whatever the caller's umask, nobody else can read the program's own files
  process.umask(process.umask(0o077) & 0o077);
  // each connection says itself whether a certificate must be trusted; Node would only write a warning
  delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  const exitCode = await main({
    ...started,
    environment: process.env,
    descriptors: () => (descriptors ??= openDescriptors()),
    workingFolder: workingFolder(),
    node: process.execPath,
    stdout,
    stderr,
    get signal() {
      return (signal ??= abortedBySignals());
    },
    whenLeft: (say) => {
      sayWhenLeft = say;
    },
    isRoot: process.geteuid?.() === 0,
  });
  // at its natural end Node waits, in a loop that takes all of a processor, for requests that are open; it
  // was seen to wait for one that nothing ends
  process.exit(exitCode === exitCodes.done && stdout.failed() ? exitCodes.cannotWrite : exitCode);
}

/**
 * `/` if the folder has been removed: names relative to it cannot be found then, and are reported as missing.
 */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}

/**
 * Signals that arrive together count as one: timeout(1) sends its signal twice, and a shell and the kernel
 * both send one when a terminal hangs up.
 */
const onePressMs = 500;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP. A later SIGINT or SIGTERM ends the program at once; a SIGHUP
 * does not, since a terminal that is gone is no request.
 */
function abortedBySignals(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        first = performance.now();
        controller.abort(name);
      } else if (name !== "SIGHUP" && performance.now() - first > onePressMs) leave();
    });
  }
  return controller.signal;
}

function leave(): never {
  try {
    sayWhenLeft();
  } finally {
    process.exit(exitCodes.interrupted);
  }
}
