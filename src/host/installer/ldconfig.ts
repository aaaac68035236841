import { Problem } from "../../problem/problem.js";
import { requirePrograms } from "../commands/require-programs.js";
import type { Host } from "../host.js";

/** Throws where it is missing: before anything is done that could not be taken back without it. */
export function requireLdconfig({ commands }: Host): void {
  requirePrograms(commands, ["ldconfig"], "apt-get install libc-bin");
}

/** Rebuilds /etc/ld.so.cache and the links to libraries, of the host or inside its `--root`. */
export async function runLdconfig(host: Host): Promise<void> {
  const args = host.root === "/" ? [] : ["-r", host.root];
  const result = await host.commands.run({ program: "ldconfig", args, timeoutMs: 60_000 });
  if (result.exitCode === 0) return;
  throw new Problem("module-not-registered", "ldconfig failed", {
    detail: result.timedOut ? "it did not end within 60 s" : result.stderr.trim() || `exit code ${result.exitCode ?? "none"}`,
    hint: `run it by hand to see more: ${["ldconfig", ...args].join(" ")}`,
  });
}
