import { runChild } from "../../host/commands/run-child.js";
import type { Entrance } from "../../host/host.js";
import type { CommandResult } from "../../host/commands/command.js";
import type { Identity } from "../protocol.js";
import { becoming, bySafety, workerEnvironment } from "./worker-command.js";

export interface AccountCommand {
  readonly identity: Identity;
  /** The way to where it runs (`Host.enter`). */
  readonly enter: Entrance;
  /** The working folder. */
  readonly folder: string;
  readonly line: readonly string[];
  /** Besides HOME, USER, LOGNAME, PATH and LANG; nothing else is passed on. They may be secret. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a program as an account, where it is (`enter`), without a terminal and with an empty standard input:
 * it is killed with all that it started at the time-out, and a mebibyte of each output is kept.
 */
export function runAsAccount(command: AccountCommand): Promise<CommandResult> {
  const { identity, enter, folder, line, variables, timeoutMs, signal } = command;
  // a client is bound as it is in service
  const environment = Object.fromEntries(
    Object.entries(workerEnvironment(identity)).filter(([name]) => name !== "LD_BIND_NOW"),
  );
  const { early, others } = bySafety(variables);
  const settings = Object.entries(early).map(([name, value]) => `${name}=${value}`);
  return runChild({
    line: [
      ...enter.words,
      ...becoming(identity, enter),
      "/usr/bin/env",
      `--chdir=${folder}`,
      ...settings,
      ...line,
    ],
    cwd: "/",
    env: { ...environment, ...others },
    input: undefined,
    timeoutMs,
    signal,
  });
}
