import type { Argv } from "yargs";
import { usualServiceUser } from "../../vendor/client.js";
import type { Runner } from "../index.js";
import { rootOption, secondsOption } from "../command-line/options.js";
import type { EditArguments } from "./edit-arguments.js";
import type { Verb } from "./vector-edits.js";

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
    (await import("./edit.js")).edit(name, { ...args, user: args.user ?? usualServiceUser }, context);
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
