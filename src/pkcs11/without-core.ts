import { readFileSync } from "node:fs";

/**
 * How to start node so that a crash leaves no core, which would hold the PIN. The limit is 1 byte, since 0 does not stop a core handler that is
 * a program (core(5)); but who is not root cannot raise a hard limit of 0.
 */
export function withoutCore(node: string, script: string): { readonly program: string; readonly args: readonly string[] } {
  return { program: "/usr/bin/prlimit", args: [`--core=${hardLimitIsZero() ? 0 : 1}`, "--", node, script] };
}

/** Of /proc/self/limits (proc(5)): name, soft limit, hard limit, unit. */
function hardLimitIsZero(): boolean {
  return /^Max core file size +\S+ +0 /m.test(readFileSync("/proc/self/limits", "utf8"));
}
