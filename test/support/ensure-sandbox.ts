import { asAbsolutePath } from "../../src/host/path.js";
import { enterSandbox } from "../../src/host/sandbox/sandbox.js";
import { onSmallSystem } from "./small-system.js";

const mark = "KNETCTL_TEST_IN_SANDBOX";

/**
 * Runs the calling test file again inside a sandbox, with the same loader and streams, and ends this process
 * with its exit code; returns at once where that has happened already. Users, files in /etc and mounts made
 * after this are gone with the sandbox.
 */
export async function ensureSandbox(file: string): Promise<void> {
  if (process.env[mark] !== "1") await endAs(process.execPath, [...process.execArgv, file]);
}

/** Runs a program inside a sandbox, with more variables, and ends this process with its exit code. */
export async function endAs(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<never> {
  const { exitCode } = await enterSandbox({
    ...onSmallSystem(program, args),
    cwd: asAbsolutePath(process.cwd())!,
    env: { ...definedEnvironment(), [mark]: "1", ...variables },
    stdio: ["ignore", "inherit", "inherit"],
  });
  process.exit(await exitCode);
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
