import { fstatSync } from "node:fs";
import { askChild } from "../../host/commands/start-child.js";
import type { Surroundings } from "../process/surroundings.js";

const timeoutMs = 5000;
/** Standard input, output and error, which the service has open too. */
const usual = 3;

/**
 * Leaves the module as many descriptors as it has in a service that may open so few. Node has more open
 * itself: they come on top. prlimit(1) changes the limit of this process, which Node has no call for.
 */
export function limitOpenFiles({ openFiles }: Surroundings): void {
  if (openFiles === null) return;
  let [most, free] = [0, 0];
  while (free < Math.max(0, openFiles - usual)) if (!isOpen(most++)) free += 1;
  askChild("/usr/bin/prlimit", [`--pid=${process.pid}`, `--nofile=${most}:${most}`], { env: {}, timeoutMs });
}

function isOpen(descriptor: number): boolean {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    return false;
  }
}
