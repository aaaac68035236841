import type { Argv } from "yargs";
import { usualServiceUser } from "../../vendor/client.js";
import { rootOption, secondsOption } from "../command-line/options.js";
import type { Runner } from "../index.js";
import type { EditArguments } from "./edit/arguments.js";
import type { Verb } from "./edit/vector-edits.js";

export const haVerbs = ["list", "set", "add", "remove", "promote", "probe", "prove", "drill"] as const;

/** Declares the subcommands of `knetctl ha`. */
export function haCommands(y: Argv, run: Runner): Argv {
  const looking = y
    .command(
      "list [connections..]",
      "connections and their endpoints, in order of preference",
      listArguments,
      (args) => run(async (context) => (await import("./list-connections.js")).list(withUser(args), context)),
    )
    .command(
      "probe [connections..]",
      "what listens at each endpoint; sends no credential; exit code 69 when one fails",
      probeArguments,
      (args) =>
        run(async (context) =>
          (await import("./probe/probe.js")).probe(
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
    (args) => run(async (context) => (await import("./prove/drill.js")).haDrill(args, context)),
  );
}

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
    (args) => run(async (context) => (await import("./prove/prove.js")).prove(args, context)),
  );
}

const members = "IP:PORT or [IPv6]:PORT";

/** Declares the subcommands of `knetctl ha` that change a connection's endpoints. */
export function editCommands<T>(y: Argv<T>, run: Runner) {
  return y
    .command(
      "set <connection> <endpoints..>",
      "give a connection these endpoints, in order of preference",
      vectorArguments,
      (args) => run(verb("set", args)),
    )
    .command(
      "add <connection> <endpoints..>",
      "add endpoints to a connection, at its end",
      addArguments,
      (args) => run(verb("add", args)),
    )
    .command(
      "remove <connection> <endpoints..>",
      "take endpoints out of a connection",
      vectorArguments,
      (args) => run(verb("remove", args)),
    )
    .command(
      "promote <connection> <endpoint>",
      "move an endpoint to the front",
      promoteArguments,
      ({ endpoint, ...args }) => run(verb("promote", { ...args, endpoints: [endpoint] })),
    );
}

type TypedArguments = Omit<EditArguments, "user"> & { readonly user?: string | undefined };

/** The usual user is no default of the parser's: it would conflict with every --profile. */
function verb(name: Verb, args: TypedArguments): Parameters<Runner>[0] {
  return async (context) =>
    (await import("./edit/edit.js")).edit(name, { ...args, user: args.user ?? usualServiceUser }, context);
}

function vectorArguments<T>(y: Argv<T>) {
  return editArguments(y).positional("endpoints", {
    type: "string",
    array: true,
    demandOption: true,
    describe: members,
  });
}

function addArguments<T>(y: Argv<T>) {
  return vectorArguments(y)
    .option("first", { type: "boolean", describe: "at the front instead" })
    .option("before", {
      type: "string",
      requiresArg: true,
      describe: `before this endpoint instead: ${members}`,
    })
    .conflicts("first", "before");
}

function promoteArguments<T>(y: Argv<T>) {
  return editArguments(y).positional("endpoint", { type: "string", demandOption: true, describe: members });
}

function editArguments<T>(y: Argv<T>) {
  return y
    .positional("connection", { type: "string", demandOption: true, describe: "name of the connection" })
    .option("profile", {
      type: "string",
      requiresArg: true,
      describe: "change this profile in the same run; it gives the smoke test its PINs",
    })
    .option("user", {
      type: "string",
      requiresArg: true,
      describe:
        "without --profile: the service user, whose config.json is changed (default: " +
        `${usualServiceUser})`,
    })
    .option("home", {
      type: "string",
      requiresArg: true,
      describe: "without --profile: its home (default: as in its passwd entry)",
    })
    .option("unit", {
      type: "string",
      requiresArg: true,
      describe: "without --profile: the systemd unit to restart",
    })
    .conflicts("profile", ["user", "home", "unit"])
    .option("root", rootOption)
    .option("yes", {
      type: "boolean",
      default: false,
      describe: "do not ask; needed where there is no terminal",
    })
    .option("dry-run", {
      type: "boolean",
      default: false,
      describe: "stop after the plan; exit code 2 when something would change",
    })
    .option("probe", {
      type: "boolean",
      default: true,
      describe: "ask the members what they are before anything is written; --no-probe takes them as they are",
    })
    .option("lock-timeout", {
      ...secondsOption("lock-timeout", 0, "seconds to wait for another run to end"),
      default: 0,
    })
    .option("smoke-test", {
      type: "boolean",
      default: true,
      describe: "prove the result through the module; --no-smoke-test leaves that out",
    })
    .option("prove", {
      type: "boolean",
      default: true,
      describe:
        "after the smoke test, prove each new member alone and compare its keys; --no-prove leaves that out",
    })
    .option("timeout", {
      ...secondsOption("timeout", 1, "seconds for the smoke test of one token"),
      default: 60,
    })
    .option("rollback", {
      type: "boolean",
      default: true,
      describe: "put everything back when a change or the proof fails; --no-rollback keeps the failed state",
    })
    .option("restart", {
      type: "boolean",
      default: true,
      describe:
        "restart the service when something that it reads has changed; --no-restart leaves that to you",
    });
}
