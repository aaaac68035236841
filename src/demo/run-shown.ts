import { spawn } from "node:child_process";
import { once } from "node:events";
import type { CommandContext } from "../commands/command.js";

/** Shows a command line of this program, runs it as its own process, and returns its exit code. */
export async function runShown({ output, self, environment, signal }: CommandContext, args: readonly string[]): Promise<number> {
  output.result(output.style.dim(`$ knetctl ${args.join(" ")}`));
  const child = spawn(self.node, [self.script, ...args], { stdio: ["ignore", "inherit", "inherit"], env: { ...environment }, signal });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}
