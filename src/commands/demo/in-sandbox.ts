import type { CommandContext } from "../command.js";
import { path } from "../../host/path.js";
import { enterSandbox } from "../../host/sandbox/sandbox.js";
import type { ExitCode } from "../../problem/exit-codes.js";
import { exitCodes } from "../../problem/exit-codes.js";

/**
 * Calls this program again in a throw-away copy of this machine, and passes its output, signals and exit code
 * on.
 */
export async function demoInSandbox({ self, environment, signal }: CommandContext): Promise<ExitCode> {
  const shown = ["TERM", "NO_COLOR", "LANG"].flatMap((name) =>
    environment[name] === undefined ? [] : [[name, environment[name]] as const],
  );
  const sandboxed = await enterSandbox({
    program: self.node,
    args: [self.script, "demo", "--inside-sandbox"],
    cwd: path("/"),
    env: Object.fromEntries(shown),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const stop = (): void => {
    sandboxed.kill("SIGTERM");
  };
  signal.addEventListener("abort", stop);
  const exitCode = await sandboxed.exitCode;
  signal.removeEventListener("abort", stop);
  return signal.aborted ? exitCodes.interrupted : exitCode === 0 ? exitCodes.done : exitCodes.failed;
}
