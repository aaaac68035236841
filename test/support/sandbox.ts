import { text } from "node:stream/consumers";
import { path, asAbsolutePath } from "../../src/host/path.js";
import { enterSandbox, type SandboxCommand } from "../../src/host/sandbox/sandbox.js";
import { bundle } from "./bundle.js";
import { onSmallSystem } from "./small-system.js";

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in a throw-away copy of this machine and gathers what it says. */
export async function inSandbox(
  program: string,
  args: readonly string[] = [],
  options: Partial<Pick<SandboxCommand, "cwd" | "env">> & { readonly input?: string } = {},
): Promise<Outcome> {
  const { input, ...rest } = options;
  const cwd = asAbsolutePath(process.cwd()) ?? path("/");
  const { child, exitCode } = await enterSandbox({
    ...onSmallSystem(program, args),
    cwd,
    stdio: "pipe",
    ...rest,
  });
  child.stdin?.on("error", () => undefined).end(input ?? "");
  const [stdout, stderr, code] = await Promise.all([
    child.stdout === null ? "" : text(child.stdout),
    child.stderr === null ? "" : text(child.stderr),
    exitCode,
  ]);
  return { exitCode: code, stdout, stderr };
}

/** Runs a shell script (`set -eu`) in a throw-away copy of this machine; `$1`, `$2`, … are the arguments. */
export function scriptInSandbox(script: string, ...args: readonly string[]): Promise<Outcome> {
  return inSandbox("/bin/sh", ["-euc", script, "sh", ...args]);
}

/**
 * Calls an export of a module of this folder in a sandbox, with JSON arguments; its result comes back as
 * JSON. The program is `node -e`: with `process.execArgv` and other arguments it can start itself again.
 */
export async function callInSandbox(
  file: string,
  name: string,
  ...args: readonly unknown[]
): Promise<unknown> {
  const program = bundle(`
    import * as scenes from ${JSON.stringify(`./${file}`)};
    const [name, args] = process.argv.slice(1);
    const result = await scenes[name](...JSON.parse(args));
    process.stdout.write("\\n" + JSON.stringify(result ?? null));
  `);
  const outcome = await inSandbox(process.execPath, [
    "--input-type=module",
    "-e",
    program,
    name,
    JSON.stringify(args),
  ]);
  if (outcome.exitCode !== 0)
    throw new Error(`${name} in the sandbox ended with ${outcome.exitCode}: ${outcome.stderr}`);
  // where nothing is left that it could wait for, node ends with 0
  if (outcome.stdout === "") throw new Error(`${name} in the sandbox never returned: ${outcome.stderr}`);
  return JSON.parse(outcome.stdout.slice(outcome.stdout.lastIndexOf("\n") + 1)) as unknown;
}
