import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { notInTable } from "./json-table.js";
import type { Outcome } from "./sandbox.js";

const dist = join(import.meta.dirname, "../../dist");

/** The built program. */
export const knetctlScript = join(dist, "knetctl.cjs");

/** A copy of the program where every user can reach it, which the clone's folder may not be. */
export function copyProgram(folder: string): string {
  cpSync(dist, folder, { recursive: true });
  return folder;
}

export interface KnetctlOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Where the program is; default: where it was built. */
  readonly program?: string;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** Runs the built command line as its own process and gathers what it says. */
export async function knetctl(
  args: readonly string[],
  { input, env, uid, cwd, signal, program = dist }: KnetctlOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [join(program, "knetctl.cjs"), ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
    cwd: cwd ?? "/",
    ...(uid !== undefined && { uid, gid: uid }),
    ...(signal && { signal, killSignal: "SIGINT" }),
  });
  child.stdin.on("error", () => undefined).end(input ?? "");
  child.on("error", () => undefined);
  const exited = new Promise<number>((resolve) =>
    child.once("exit", (code) => {
      resolve(code ?? 128);
    }),
  );
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { exitCode, stdout, stderr };
}

/**
 * The one document of `--json`; fails the test that calls it when standard output holds anything else, or
 * when the command has another document, or other lines, than the reference says.
 */
export async function knetctlJson(
  args: readonly string[],
  options: KnetctlOptions = {},
): Promise<{ exitCode: number; document: Report; stderr: string }> {
  const { exitCode, stdout, stderr } = await knetctl([...args, "--json"], options);
  const document = documentIn(stdout, `knetctl ${args.join(" ")} (exit code ${exitCode})`, stderr);
  const stray = notInTable(args, document, stderr);
  if (stray !== undefined) throw new Error(stray);
  return { exitCode, document, stderr };
}

function documentIn(stdout: string, what: string, stderr: string): Report {
  try {
    return JSON.parse(stdout) as Report;
  } catch (cause) {
    throw new Error(`no JSON document from ${what}:\n${stdout}\n${stderr}`, { cause });
  }
}

/** The parts of the documents of plan, apply and verify that tests look at. */
export interface Report {
  readonly changes: readonly { step: string; kind: string; path: string; [key: string]: unknown }[];
  readonly problems: readonly {
    code: string;
    severity: string;
    title: string;
    hint?: string;
    detail?: string;
    where?: { path: string };
  }[];
  readonly run: string | null;
  readonly outcome: string;
  /** Of verify alone. */
  readonly verdict?: string;
  readonly smoke: {
    verdict: string;
    tokens: {
      label: string;
      proven: string;
      checks: { id: string; status: string; ckr?: string; hint?: string }[];
    }[];
  };
}
