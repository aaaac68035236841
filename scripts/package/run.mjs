import { spawnSync } from "node:child_process";
import { SetupFailure } from "../setup/failure.mjs";

/** Runs a program to its end and returns its standard output; throws a SetupFailure if it fails. */
export function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    ...options,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: "C", TZ: "UTC", ...options.env },
  });
  if (error) throw new SetupFailure(`${program} could not be run: ${error.message}`);
  if (status === 0) return stdout;
  throw new SetupFailure(`${program} failed`, "see its message above", `${stdout}${stderr}`.trim());
}
