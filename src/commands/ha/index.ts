import type { Argv } from "yargs";
import type { Runner } from "../index.js";
import { declareDrill } from "./drill-command.js";
import { editCommands } from "./edit-commands.js";
import { folder } from "./folder-option.js";
import { declareProve } from "./prove-command.js";

/** Declares the subcommands of `knetctl ha`. */
export function haCommands(y: Argv, run: Runner): Argv {
  return declareDrill(declareProve(editCommands(y, run), run), run)
    .command("list [connections..]", "connections and their endpoints, in order of preference", listArguments, (args) =>
      run(async (context) => (await import("./list.js")).list(args, context)),
    )
    .command("probe [connections..]", "what listens at each endpoint; sends no credential; exit code 69 when one fails", probeArguments, (args) =>
      run(async (context) => (await import("./probe.js")).probe(args, context)),
    )
    .demandCommand(1, "name what to do: list, set, add, remove, promote, probe, prove or drill");
}

function sourceArguments<T>(y: Argv<T>) {
  return y
    .option("profile", { type: "string", requiresArg: true, describe: "the connections of this profile, and its fingerprints" })
    .option("config", { type: "string", requiresArg: true, describe: "the connections of this config.json" })
    .option("user", { type: "string", requiresArg: true, default: "amplia", describe: "the service user, whose config.json is read" })
    .option("home", { type: "string", requiresArg: true, describe: "its home (default: as in its passwd entry)" })
    .option("root", { type: "string", requiresArg: true, coerce: folder, describe: "the image or root folder DIR instead of /" })
    .conflicts("profile", "config");
}

function listArguments<T>(y: Argv<T>) {
  return sourceArguments(y)
    .positional("connections", { type: "string", array: true, default: [], describe: "names of connections; left out: all" })
    .option("diagram", { type: "boolean", describe: "as a picture in text" })
    .option("mermaid", { type: "boolean", describe: "as a Mermaid flowchart, for runbooks" })
    .conflicts("diagram", "mermaid");
}

function probeArguments<T>(y: Argv<T>) {
  return sourceArguments(y)
    .positional("connections", { type: "string", array: true, default: [], describe: "names of connections, or endpoints (IP:PORT, [IPv6]:PORT); left out: all connections" })
    .option("timeout", { type: "string", requiresArg: true, default: "5", coerce: seconds("timeout"), describe: "seconds for all of one endpoint" })
    .option("watch", { type: "boolean", default: false, describe: "again and again, until Ctrl-C" })
    .option("interval", { type: "string", requiresArg: true, default: "5", coerce: seconds("interval"), describe: "seconds from one round of --watch to the next" });
}

const mostSeconds = 86_400;

/** "5", "0.5" or "5s". */
function seconds(option: string): (value: unknown) => number {
  return (value) => {
    const number = typeof value === "number" ? value : Number(/^(\d+(?:\.\d+)?)s?$/.exec(String(value))?.[1]);
    if (number >= 0.1 && number <= mostSeconds) return number;
    throw new Error(`--${option} takes one number of seconds, 0.1 to ${mostSeconds}`);
  };
}
