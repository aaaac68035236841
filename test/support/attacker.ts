import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const source = resolve(import.meta.dirname, "../fixtures/attacker.c");
let compiled: string | undefined;

export interface Attacker {
  /** Ends it; how often it changed something. */
  stop(): Promise<number>;
}

/** What the attacker does; the words are those of fixtures/attacker.c. */
export interface Attack {
  readonly way: "swap" | "snatch";
  readonly name: string;
  readonly other: string;
  /** Microseconds that it waits at most after each strike; default 0. */
  readonly pause?: number;
}

/**
 * Starts the attacker as this user, in a process of its own; it is at work when this resolves, and never
 * outlives us.
 */
export async function startAttacker(uid: number, { way, name, other, pause = 0 }: Attack): Promise<Attacker> {
  compiled ??= compile();
  const child = spawn(compiled, [String(uid), String(pause), way, name, other], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== "ready") throw new Error("the attacker did not start");
  return {
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const said = await lines.next();
      await ended;
      return Number(said.value);
    },
  };
}

function compile(): string {
  const folder = mkdtempSync(join(tmpdir(), "attacker-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const program = join(folder, "attacker");
  execFileSync("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-o", program, source], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  chmodSync(folder, 0o755);
  return program;
}
