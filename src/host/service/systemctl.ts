import { Problem } from "../../problem/problem.js";
import { withoutUrlSecrets } from "../../problem/without-url-secrets.js";
import type { CommandResult, Host } from "../host.js";

export interface SystemctlCall {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly options?: readonly string[];
}

/**
 * systemctl(1) on one unit of the system's service manager: never the user's, never with a question, and
 * ended at the time-out, which ends the waiting and not what the service manager has begun. For an image
 * nothing is asked: its services are not this machine's, though units of both may have one name.
 */
export function systemctl(
  { commands, root }: Pick<Host, "commands" | "root">,
  verb: "show" | "restart" | "start" | "stop" | "reset-failed",
  unit: string,
  { timeoutMs, signal, options = [] }: SystemctlCall,
): Promise<CommandResult> {
  if (root !== "/")
    return Promise.reject(
      new Problem("host-command-refused", `systemctl ${verb} ${unit} was to run for an image`, {
        hint: "this is a mistake in knetctl, please report it",
      }),
    );
  return commands.run({
    program: "systemctl",
    args: [verb, "--no-ask-password", "--no-pager", ...options, "--", unit],
    timeoutMs,
    ...(signal && { signal }),
  });
}

/**
 * The first line of what systemctl says of a failure, or its exit code. It quotes no line of the journal,
 * which may hold a PIN.
 */
export function saidBy({ stderr, exitCode }: CommandResult): string {
  const [line = ""] = stderr.trim().split("\n");
  return line === "" ? `exit code ${exitCode ?? "none"}` : withoutUrlSecrets(line).slice(0, 200);
}
