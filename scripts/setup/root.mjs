import { spawnSync } from "node:child_process";

/**
 * How to run commands as root: `prefix` goes before them (nothing as root, sudo otherwise), and `kind` says
 * which it is. `none`: this user is not root and may not use sudo. A sudo that would ask for a password
 * counts only where somebody can answer.
 */
export function findRoot() {
  if (process.getuid() === 0) return { kind: "root", prefix: [] };
  const found = (args) => spawnSync("sudo", args, { stdio: "ignore" }).status === 0;
  if (found(["-n", "true"])) return { kind: "sudo", prefix: ["sudo", "-n"] };
  if (process.stdin.isTTY && found(["--version"])) return { kind: "sudo", prefix: ["sudo"] };
  return { kind: "none", prefix: [] };
}

/**
 * The command line that runs a program as root with this environment. sudo drops the environment and may
 * replace PATH, so the variables are given again after it.
 */
export function asRoot(root, environment, command) {
  if (root.kind === "root") return command;
  const passed = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [...root.prefix, "--", "env", ...passed, ...command];
}

/** The environment in which the line of `asRoot` is started: sudo's is the user's own. */
export function aroundRoot(root, environment) {
  return root.kind === "root" ? { ...environment, HOME: "/root" } : process.env;
}
