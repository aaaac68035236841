import { readFileSync } from "node:fs";

/** Milliseconds that execve(2) may take after it has closed what is closed on exec. */
const mostExecMs = 10_000;
const pauseMs = 1;

/**
 * Whether a child of this process, just spawned, became its program: spawn() returns when it has, or when it
 * has died before that. Until then it has our name, and our command line or, once it is dead, none
 * (proc_pid_comm(5), proc_pid_cmdline(5)). It has none for a moment of execve(2) either, in which spawn() may
 * return already: what is alive is waited for, since one that is taken for dead would be started twice. True
 * if that cannot be determined.
 */
export function hasBegun(pid: number): boolean {
  try {
    const own = { name: read("self", "comm"), line: read("self", "cmdline") };
    const end = performance.now() + mostExecMs;
    while (performance.now() < end) {
      // before the rest: one that has died since then had no command line to be read
      const isDead = /^[ZX]$/.test(stateOf(pid));
      if (read(pid, "comm") !== own.name) return true;
      const line = read(pid, "cmdline");
      if (line !== "" && line !== own.line) return true;
      if (isDead) return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
    return true;
  } catch {
    return true;
  }
}

/** One letter; the name before it is in parentheses and may hold any (proc_pid_stat(5)). */
function stateOf(pid: number): string {
  const text = read(pid, "stat");
  return text.charAt(text.lastIndexOf(")") + 2);
}

function read(who: number | "self", file: string): string {
  return readFileSync(`/proc/${who}/${file}`, "latin1");
}
