import { spawn } from "node:child_process";
import { Problem } from "../problem/problem.js";

export interface ToolResult {
  readonly ok: boolean;
  readonly stderr: string;
}

const kept = 64 * 1024;

/**
 * Runs a program of the Debian package named, in the C locale, with `input` on its standard input. Throws a Problem when
 * it is not installed; an exit code other than 0 is for the caller (`tryTool`) or a Problem (`runTool`).
 */
export async function tryTool(program: string, debianPackage: string, args: readonly string[], input = ""): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const { PATH = "/usr/bin:/bin" } = process.env;
    const child = spawn(program, args, { env: { PATH, LC_ALL: "C" }, stdio: ["pipe", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => { stderr = (stderr + text).slice(0, kept); });
    child.on("error", (cause) => { reject(missing(program, debianPackage, cause)); });
    child.on("close", (code) => { resolve({ ok: code === 0, stderr }); });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

export async function runTool(program: string, debianPackage: string, args: readonly string[], input = ""): Promise<void> {
  const { ok, stderr } = await tryTool(program, debianPackage, args, input);
  if (!ok) throw new Problem("simulator-start-failed", `${program} failed`, { detail: stderr.trim() });
}

function missing(program: string, debianPackage: string, cause: unknown): Problem {
  return new Problem("simulator-tool-missing", `${program} cannot be started`, {
    hint: `install it: apt-get install ${debianPackage}`, cause,
  });
}
