import type { Argv } from "yargs";
import type { Runner } from "../index.js";
import { secondsOption } from "../command-line/options.js";

const timeout = secondsOption(
  "timeout",
  1,
  "seconds for one scenario (default: 60, and 30 for each further member of its vector)",
);

/** `knetctl ha drill` */
export function declareDrill(y: Argv, run: Runner): Argv {
  return y.command(
    "drill [connection]",
    "as root: measure failover with dead stand-ins before the members; changes nothing",
    (d) =>
      d
        .positional("connection", {
          type: "string",
          describe: "connection of the profile; left out: the only one",
        })
        .option("profile", { type: "string", requiresArg: true, describe: "profile file, YAML or JSON" })
        .option("simulator", {
          type: "boolean",
          default: false,
          describe: "three simulated members and the simulated module instead of a profile",
        })
        .option("user", {
          type: "string",
          requiresArg: true,
          describe: "sign as this user; left out: the connection's first with a PIN",
        })
        .option("timeout", {
          ...timeout,
          coerce: (value: unknown): number | undefined => timeout.coerce(value),
        }),
    (args) => run(async (context) => (await import("./drill.js")).haDrill(args, context)),
  );
}
