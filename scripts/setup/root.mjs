import { spawnSync } from "node:child_process";

/**
 * How commands become root's: `prefix` goes before them (nothing as root, sudo otherwise), `kind` says which
 * it is. `none`: neither root, nor a sudo that lets this user in. A sudo that would ask for a password counts
 * only where somebody can answer.
 */
export function findRoot() {
  if (process.getuid() === 0) return { kind: "root", prefix: [] };
  const found = (args) => spawnSync("sudo", args, { stdio: "ignore" }).status === 0;
  if (found(["-n", "true"])) return { kind: "sudo", prefix: ["sudo", "-n"] };
  if (process.stdin.isTTY && found(["--version"])) return { kind: "sudo", prefix: ["sudo"] };
  return { kind: "none", prefix: [] };
}

/**
 * The command line that runs a program as root with this environment: sudo drops the environment by itself
 * and may replace PATH, so it is named again behind it.
 */
export function asRoot(root, environment, command) {
  if (root.kind === "root") return command;
  const passed = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [...root.prefix, "--", "env", ...passed, ...command];
}
