import { fstatSync, readFileSync } from "node:fs";
import { askChild } from "../../host/commands/start-child.js";
import { hardLimit } from "../../host/processes/hard-limit.js";
import type { Surroundings } from "../process/surroundings.js";

const timeoutMs = 5000;
/** Standard input, output and error, which the service has open too. */
const usual = 3;

/**
 * How much of each limit this process uses, in the limit's own unit (proc_pid_status(5)); the module's own
 * comes on top.
 */
const used: Readonly<Record<string, (status: string) => number>> = {
  AS: (status) => bytesOf(status, "VmSize"),
  DATA: (status) => bytesOf(status, "VmData"),
  NPROC: (status) => numberOf(status, "Threads") - 1,
};

/**
 * Leaves the module as much as it has in a service with these limits. prlimit(1) changes them for this
 * process, which Node has no call for, all at once: with few open files left, no other child can be started.
 * A hard limit that is lower stays.
 */
export function limitResources({ limits }: Surroundings): void {
  const status = readFileSync("/proc/self/status", "latin1");
  const options = Object.entries(limits).map(([name, limit]) => {
    const wanted = name === "NOFILE" ? descriptorsFor(limit) : limit + (used[name]?.(status) ?? 0);
    const most = Math.min(wanted, hardLimit(name));
    return `--${name.toLowerCase()}=${most}:${most}`;
  });
  if (options.length === 0) return;
  askChild("/usr/bin/prlimit", [`--pid=${process.pid}`, ...options], { env: {}, timeoutMs });
}

/** Descriptors that are open have numbers anywhere: the limit is above as many that are free. */
function descriptorsFor(openFiles: number): number {
  let [most, free] = [0, 0];
  while (free < Math.max(0, openFiles - usual)) if (!isOpen(most++)) free += 1;
  return most;
}

function isOpen(descriptor: number): boolean {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    return false;
  }
}

function bytesOf(status: string, name: string): number {
  return numberOf(status, name) * 1024;
}

function numberOf(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? 0);
}
