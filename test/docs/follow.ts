import { spawn } from "node:child_process";
import { text as allOf } from "node:stream/consumers";

/** How shell text of a page ended. */
export interface Followed {
  readonly text: string;
  readonly exitCode: number | null;
  readonly said: string;
}

/**
 * Runs shell text in this folder, with these variables besides PATH. The VHSMs may be in this process, which
 * goes on meanwhile.
 */
export async function follow(
  text: string,
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Followed> {
  const child = spawn("bash", ["--norc", "-e", "-c", text], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", ...variables },
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [stdout, stderr, exitCode] = await Promise.all([allOf(child.stdout), allOf(child.stderr), ended]);
  return { text, exitCode, said: stdout + stderr };
}
