import type { CommandRun } from "../command.js";
import { look, showVerified, type VerifyArguments } from "./verified.js";

/**
 * `knetctl verify`: observes again, reports drift, runs the proof, looks at the service and at the members of
 * HA vectors; changes nothing. Exit 0, 2 (drift, or a restart is owed), 69 (a token or member cannot be
 * reached, the service does not answer) or 1 (failed). With `--metrics` or `--nagios`, see `watch`.
 */
export const verify: CommandRun<VerifyArguments> = async (args, context) => {
  if (args.metrics !== undefined || args.nagios === true)
    return (await import("./watch.js")).watch(args, context);
  const seen = await look(args, context);
  showVerified(seen, context);
  return seen.exitCode;
};
