import { readFileSync } from "node:fs";
import type { Command, CommandResult } from "../host.js";
import type { AbsolutePath } from "../path.js";
import { sandboxMounts } from "../sandbox/sandbox-mounts.js";
import { runWalledIn } from "./run-walled.js";

/** Runs a command behind a wall round the folder of `--root` itself, which `opener` opens. */
export function runWalledRoot(
  root: AbsolutePath,
  opener: string,
  { network = false, ...command }: Command,
): Promise<CommandResult> {
  const mounts = sandboxMounts(readFileSync("/proc/self/mountinfo", "utf8"), root).map(({ path }) => path);
  return runWalledIn({ opener, enter: [], mounts }, { ...command, network });
}
