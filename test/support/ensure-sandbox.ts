import { asAbsolutePath } from "../../src/host/path.js";
import { enterSandbox, type Sandboxed } from "../../src/host/sandbox/sandbox.js";
import { onSmallSystem } from "./small-system.js";

const mark = "KNETCTL_TEST_IN_SANDBOX";

/** Runs a program inside a sandbox, with more variables. */
export type Enter = (
  program: string,
  args: readonly string[],
  variables?: Readonly<Record<string, string>>,
) => Promise<void>;

/**
 * Runs the calling test file again inside a sandbox, with the same loader and streams, and ends this process
 * with its exit code; returns at once where that has happened already. Users, files in /etc and mounts made
 * after this are gone with the sandbox. `enter`: what does so instead, for another process than the file's.
 */
export async function ensureSandbox(file: string, enter: Enter = endAs): Promise<void> {
  if (process.env[mark] !== "1") await enter(process.execPath, [...process.execArgv, file]);
}

/** Runs a program inside a sandbox, with more variables, and ends this process with its exit code. */
export async function endAs(...[program, args, variables]: Parameters<Enter>): Promise<never> {
  const environment = { ...definedEnvironment(), ...variables };
  const { exitCode } = await startInside(program, args, environment, "inherit");
  process.exit(await exitCode);
}

/** Starts a program inside a test's sandbox with this environment; its errors are this process's. */
export function startInside(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  output: "inherit" | "pipe",
): Promise<Sandboxed> {
  return enterSandbox({
    ...onSmallSystem(program, args),
    cwd: asAbsolutePath(process.cwd())!,
    env: { ...env, [mark]: "1" },
    stdio: ["ignore", output, "inherit"],
  });
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
