import processOnSpawn from "process-on-spawn";

/**
 * Takes tap's own variables (its loader, in NODE_OPTIONS) out of the environment of every child from now on:
 * these tests are about processes with nothing but the environment that the program gives them, some of them
 * of users who cannot read tap's files.
 */
export function plainChildren(): void {
  processOnSpawn.addListener((spawned) => {
    const kept = Object.entries(spawned.env).filter(
      ([name]) => name !== "NODE_OPTIONS" && !name.startsWith("_TAPJS_"),
    );
    spawned.env = Object.fromEntries(kept);
  });
}
