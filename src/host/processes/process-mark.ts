import { readlinkSync } from "node:fs";
import { errorCode } from "../../problem/thrown.js";

/**
 * A part of a name that says which process made the thing: `NAMESPACE-PID`. The number of the PID namespace
 * (pid_namespaces(7)) is in it since containers may share a /tmp.
 */
export function processMark(): string {
  return `${processNamespace()}-${process.pid}`;
}

/**
 * Whether the mark is that of a process that has ended, as far as that can be determined: its number was
 * given out by this namespace, and nobody has it.
 */
export function isOfEndedProcess(mark: string): boolean {
  const [namespace, pid = ""] = mark.split("-");
  return namespace === processNamespace() && /^\d+$/.test(pid) && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}

function processNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}
