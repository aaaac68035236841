import { spawnSync } from "node:child_process";
import { inClone } from "../setup/clone.mjs";

export const knetctl = inClone("dist/knetctl.cjs");

/**
 * Runs a command to its end without showing its output; returns the wall time in milliseconds. Any exit code
 * other than `expected` (one, or a list) stops the bench: how long a failure took is not a measurement.
 */
export function timed([program, ...args], { expected = 0, ...options } = {}) {
  const start = performance.now();
  const { status, stderr, stdout, error } = spawnSync(program, args, {
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LC_ALL: "C" },
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    ...options,
  });
  const ms = performance.now() - start;
  if (error) throw error;
  if (![expected].flat().includes(status))
    throw new Error(
      `${program} ${args.join(" ")}: exit code ${status}, not ` +
        `${[expected].flat().join(" or ")}\n${stdout}${stderr}`,
    );
  return ms;
}
