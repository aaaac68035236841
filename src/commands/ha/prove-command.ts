import type { Argv } from "yargs";
import type { Runner } from "../index.js";
import { secondsOption } from "../command-line/options.js";

/** `knetctl ha prove` */
export function declareProve(y: Argv, run: Runner): Argv {
  return y.command(
    "prove [connections..]",
    "as root: prove each member alone, and compare the keys of all; changes nothing",
    (p) =>
      p
        .positional("connections", {
          type: "string",
          array: true,
          describe: "connections of the profile; left out: all",
        })
        .option("profile", {
          type: "string",
          demandOption: true,
          requiresArg: true,
          describe: "profile file, YAML or JSON",
        })
        .option("user", { type: "string", requiresArg: true, describe: "this user alone" })
        .option("timeout", {
          ...secondsOption("timeout", 1, "seconds for one user on one member"),
          default: 60,
        }),
    (args) => run(async (context) => (await import("./prove.js")).prove(args, context)),
  );
}
