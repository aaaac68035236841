import { readFileSync, readlinkSync } from "node:fs";
import { errorCode } from "../../problem/thrown.js";

/** What a mark looks like, for names that contain one. */
export const markPattern = String.raw`\d+-\d+-\d+`;

/**
 * A part of a name that says which process made the thing: `NAMESPACE-PID-START`. The number of the PID
 * namespace (pid_namespaces(7)) is in it since containers may share a /tmp, and the time at which the process
 * began, in clock ticks since boot (proc_pid_stat(5)), since its number may be given out again.
 */
export function processMark(): string {
  return `${processNamespace()}-${process.pid}-${startOf("self") ?? 0}`;
}

/**
 * Whether the mark is that of a process that has ended, as far as that can be determined: its number was
 * given out by this namespace, and nobody has it any more.
 */
export function isOfEndedProcess(mark: string): boolean {
  const [, pid = "", start = ""] = mark.split("-");
  return !isOfOtherNamespace(mark) && /^\d+$/.test(pid) && !isAlive(Number(pid), start);
}

/** Whether the process is, or was, in another PID namespace: nothing can be told about it then. */
export function isOfOtherNamespace(mark: string): boolean {
  return mark.split("-")[0] !== processNamespace();
}

function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === "ESRCH") return false;
  }
  const found = startOf(pid);
  return found === undefined || found === start;
}

/** The 22nd field of its stat; the second is its name in brackets, which may contain anything. */
function startOf(pid: number | "self"): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function processNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}
