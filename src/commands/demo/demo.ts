import type { CommandRun } from "../command.js";

/**
 * `knetctl demo`: the whole job against simulated VHSMs; the second call, made by the first, runs inside the
 * sandbox.
 */
export const demo: CommandRun<{ insideSandbox: boolean }> = async ({ insideSandbox }, context) => {
  if (insideSandbox) return (await import("./inside-sandbox.js")).insideSandbox(context);
  return (await import("./in-sandbox.js")).demoInSandbox(context);
};
