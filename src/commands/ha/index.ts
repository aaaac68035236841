import type { Argv } from "yargs";
import { usualServiceUser } from "../../vendor/client.js";
import type { Runner } from "../index.js";
import { rootOption, secondsOption } from "../command-line/options.js";
import { declareDrill } from "./drill-command.js";
import { editCommands } from "./edit-commands.js";
import { declareProve } from "./prove-command.js";

export const haVerbs = ["list", "set", "add", "remove", "promote", "probe", "prove", "drill"] as const;

/** Declares the subcommands of `knetctl ha`. */
export function haCommands(y: Argv, run: Runner): Argv {
  const looking = y
    .command(
      "list [connections..]",
      "connections and their endpoints, in order of preference",
      listArguments,
      (args) => run(async (context) => (await import("./list.js")).list(withUser(args), context)),
    )
    .command(
      "probe [connections..]",
      "what listens at each endpoint; sends no credential; exit code 69 when one fails",
      probeArguments,
      (args) =>
        run(async (context) =>
          (await import("./probe.js")).probe(
            {
              ...withUser(args),
              interval: args.interval ?? 5,
              given: sourceOptions.filter((name) => args[name] !== undefined),
            },
            context,
          ),
        ),
    );
  return declareDrill(declareProve(editCommands(looking, run), run), run).demandCommand(
    1,
    `name what to do: ${haVerbs.slice(0, -1).join(", ")} or ${haVerbs.at(-1) ?? ""}`,
  );
}

/** Where connections are read from, but for --profile, which says something of endpoints too. */
const sourceOptions = ["config", "user", "home", "root"] as const;

function sourceArguments<T>(y: Argv<T>) {
  return (
    y
      .option("profile", {
        type: "string",
        requiresArg: true,
        describe: "the connections of this profile; of ha probe its fingerprints too",
      })
      .option("config", {
        type: "string",
        requiresArg: true,
        describe: "the connections of this config.json",
      })
      .option("user", {
        type: "string",
        requiresArg: true,
        describe: `the service user, whose config.json is read (default: ${usualServiceUser})`,
      })
      .option("home", {
        type: "string",
        requiresArg: true,
        describe: "its home (default: as in its passwd entry)",
      })
      .option("root", rootOption)
      // each would be passed over without a word
      .conflicts("profile", [...sourceOptions])
      .conflicts("config", ["user", "home", "root"])
  );
}

/** The usual user is no default of the parser's: it would conflict with every --profile and --config. */
function withUser<T extends { readonly user?: string | undefined }>(args: T): T & { readonly user: string } {
  return { ...args, user: args.user ?? usualServiceUser };
}

function listArguments<T>(y: Argv<T>) {
  return sourceArguments(y)
    .positional("connections", {
      type: "string",
      array: true,
      default: [],
      describe: "names of connections; left out: all",
    })
    .option("diagram", { type: "boolean", describe: "as a picture in text" })
    .option("mermaid", { type: "boolean", describe: "as a Mermaid flowchart, for runbooks" })
    .conflicts("diagram", "mermaid");
}

const interval = secondsOption("interval", 0.1, "seconds from one round of --watch to the next (default: 5)");

function probeArguments<T>(y: Argv<T>) {
  return sourceArguments(y)
    .positional("connections", {
      type: "string",
      array: true,
      default: [],
      describe: "names of connections, or endpoints (IP:PORT, [IPv6]:PORT); left out: all connections",
    })
    .option("timeout", { ...secondsOption("timeout", 0.1, "seconds for all of one endpoint"), default: 5 })
    .option("watch", { type: "boolean", default: false, describe: "again and again, until Ctrl-C" })
    .option("interval", {
      ...interval,
      coerce: (value: unknown): number | undefined => interval.coerce(value),
    })
    .check(({ interval: given, watch }) => given === undefined || watch || "--interval is for --watch");
}
