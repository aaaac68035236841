import { closeOthers } from "../host/commands/start-child.js";
import { systemPath } from "../host/sandbox/sandbox-script.js";
import { Problem } from "../problem/problem.js";

export interface ToolResult {
  readonly ok: boolean;
  readonly stderr: string;
}

const keptCharacters = 64 * 1024;

/**
 * Runs a program of the Debian package named, from the system's folders alone, in the C locale, with `input`
 * on its standard input. Throws a Problem when it is not installed; an exit code other than 0 is for the
 * caller (`tryTool`) or a Problem (`runTool`).
 */
export async function tryTool(
  program: string,
  debianPackage: string,
  args: readonly string[],
  input = "",
): Promise<ToolResult> {
  // nothing of the simulator's is named by a descriptor
  closeOthers();
  const { execa } = await import("execa");
  const result = await execa(program, args, {
    env: { PATH: systemPath, LC_ALL: "C" },
    extendEnv: false,
    input,
    stdout: "ignore",
    reject: false,
  });
  // an exit code of its own means that it ran; without one it could not be started
  if (result.failed && result.exitCode === undefined && result.signal === undefined)
    throw missing(program, debianPackage, result.cause);
  return { ok: !result.failed, stderr: result.stderr.slice(0, keptCharacters) };
}

export async function runTool(
  program: string,
  debianPackage: string,
  args: readonly string[],
  input = "",
): Promise<void> {
  const { ok, stderr } = await tryTool(program, debianPackage, args, input);
  if (!ok) throw new Problem("simulator-start-failed", `${program} failed`, { detail: stderr.trim() });
}

function missing(program: string, debianPackage: string, cause: unknown): Problem {
  return new Problem("simulator-tool-missing", `${program} cannot be started`, {
    hint: `install it: apt-get install ${debianPackage}`,
    cause,
  });
}
