import type { CommandContext } from "../commands/command.js";

/** Shows a command line of this program, runs it as its own process, and returns its exit code. */
export async function runShown(
  { output, self, environment, signal }: CommandContext,
  args: readonly string[],
): Promise<number> {
  const { execa } = await import("execa");
  output.result(output.style.dim(`$ knetctl ${args.join(" ")}`));
  const { exitCode = 1 } = await execa(self.node, [self.script, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...environment },
    extendEnv: false,
    cancelSignal: signal,
    reject: false,
  });
  return exitCode;
}
