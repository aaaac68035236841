import type { Argv } from "yargs";
import { settingsForms } from "../formats/settings/settings-text.js";
import type { ExitCode } from "../problem/exit-codes.js";
import { refuseMisused } from "./command-line/misused-options.js";
import { rootOption, schemaNames, secondsOption, shells, wholeNumberOption } from "./command-line/options.js";
import { refuseEmpty, refuseRepeated } from "./command-line/single-value.js";
import type { CommandContext } from "./command.js";
import { haCommands, haVerbs } from "./ha/index.js";

/** Runs a parsed verb. */
export type Runner = (verb: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;

/**
 * Usage text and arguments of each verb; the work is in a file of its own, loaded only when its verb is used.
 */
const declarations: Readonly<Record<string, (y: Argv, run: Runner) => Argv>> = {
  init: (y, run) =>
    y.command("init", "write the profile that describes this host", initArguments, (args) =>
      run(async (context) => (await import("./init/init.js")).init(args, context)),
    ),
  validate: (y, run) =>
    y.command("validate <profile>", "check a profile; touches nothing", profileArgument, (args) =>
      run(async (context) => (await import("./run/validate.js")).validate(args, context)),
    ),
  render: (y, run) =>
    y.command(
      "render <profile>",
      "print what would be written; needs neither root nor network",
      renderArguments,
      (args) => run(async (context) => (await import("./run/render.js")).render(args, context)),
    ),
  plan: (y, run) =>
    y.command(
      "plan <profile>",
      "show what apply would change, as far as the caller can see; exit code 2 when something would",
      hostArguments,
      (args) => run(async (context) => (await import("./run/plan.js")).plan(args, context)),
    ),
  apply: (y, run) =>
    y.command(
      "apply <profile>",
      "change the host, then prove it with the smoke test",
      applyArguments,
      (args) => run(async (context) => (await import("./run/apply.js")).apply(args, context)),
    ),
  verify: (y, run) =>
    y.command(
      "verify <profile>",
      "observe again and run the smoke test; changes nothing",
      verifyArguments,
      (args) => run(async (context) => (await import("./run/verify.js")).verify(args, context)),
    ),
  history: (y, run) =>
    y.command(
      "history [run]",
      "list the runs that changed this host, or show one",
      historyArguments,
      (args) => run(async (context) => (await import("./run/history.js")).history(args, context)),
    ),
  rollback: (y, run) =>
    y.command("rollback [run]", "take back what a run changed", rollbackArguments, (args) =>
      run(async (context) => (await import("./run/rollback.js")).rollback(args, context)),
    ),
  smoke: (y, run) =>
    y.command("smoke", "the PKCS #11 smoke test alone, for any module", smokeArguments, (args) =>
      run(async (context) => (await import("./run/smoke.js")).smoke(args, context)),
    ),
  ha: (y, run) =>
    y.command(
      "ha",
      "the members of HA vectors: list, change, probe and prove them, and measure failover",
      (h) => haCommands(h, run),
    ),
  simulator: (y, run) =>
    y.command("simulator", "simulated VHSMs and a vendor archive, for trying things and for CI", (s) =>
      simulatorCommands(s, run),
    ),
  demo: (y, run) =>
    y.command(
      "demo",
      "the whole job against simulated VHSMs, in a sandbox",
      (d) => d.option("inside-sandbox", { type: "boolean", default: false, hidden: true }),
      (args) => run(async (context) => (await import("./demo/demo.js")).demo(args, context)),
    ),
  schema: (y, run) =>
    y.command(
      "schema [name]",
      "print a JSON Schema, by default the profile's",
      (s) =>
        s.positional("name", {
          choices: schemaNames,
          describe: "whose: the profile's, config.json's, a run's record's, or that of what --json prints",
        }),
      (args) => run(async (context) => (await import("./schema.js")).schema(args, context)),
    ),
  completion: (y, run) =>
    y.command(
      "completion [shell]",
      "print a script that completes knetctl's words in a shell",
      (c) =>
        c.positional("shell", {
          choices: shells,
          describe: "which shell; left out: the one that $SHELL names",
        }),
      (args) => run(async (context) => (await import("./completion.js")).completion(args, context)),
    ),
};

export const verbs: readonly string[] = Object.keys(declarations);

/** What the verbs that have verbs of their own can do. */
export const innerVerbs: Readonly<Record<string, readonly string[]>> = {
  ha: haVerbs,
  simulator: ["start", "archive"],
};

/**
 * Declares the verb that the first argument names, which spares the start the others; every verb when it
 * names none: for help, and for what a misspelt one may have meant. `run` is called once, for the verb that
 * the arguments name.
 */
export function declareCommands(yargs: Argv, args: readonly string[], run: Runner): Argv {
  const [first = ""] = args;
  const checked = yargs.check((parsed, options) => {
    refuseRepeated(parsed, options);
    refuseEmpty(parsed, options);
    refuseMisused(args, yargs);
    return true;
  });
  const chosen = Object.hasOwn(declarations, first) ? declarations[first] : undefined;
  if (chosen !== undefined) return chosen(checked, run);
  return Object.values(declarations).reduce((declared, declare) => declare(declared, run), checked);
}

function profileArgument<T>(y: Argv<T>) {
  return y.positional("profile", {
    type: "string",
    demandOption: true,
    describe: "profile file, YAML or JSON; - for standard input",
  });
}

function initArguments<T>(y: Argv<T>) {
  return rootArgument(y)
    .option("from-host", {
      type: "boolean",
      default: false,
      describe: "always given: from its config.json and the application's settings; PINs are left out",
    })
    .option("out", {
      type: "string",
      requiresArg: true,
      describe: "a new file to write it to; left out: standard output",
    })
    .option("user", {
      type: "string",
      requiresArg: true,
      default: "amplia",
      describe: "the application's account",
    })
    .option("settings", {
      type: "string",
      array: true,
      requiresArg: true,
      describe:
        "a file of the application's settings, PATH or FORM:PATH; left out: /etc/amplia/appsettings.conf",
    });
}

function renderArguments<T>(y: Argv<T>) {
  return profileArgument(y)
    .option("target", {
      choices: ["config", ...settingsForms] as const,
      default: "config" as const,
      describe:
        "the client's config.json, or the application's settings: ini, JSON, environment for Docker " +
        "(env) or systemd",
    })
    .option("key-store", { type: "string", requiresArg: true, describe: "this key store alone" })
    .option("show-secrets", {
      type: "boolean",
      default: false,
      describe: "print PINs and passwords; else what they come from stands in their place",
    });
}

function hostArguments<T>(y: Argv<T>) {
  return rootArgument(profileArgument(y));
}

function rootArgument<T>(y: Argv<T>) {
  return y.option("root", rootOption);
}

function historyArguments<T>(y: Argv<T>) {
  return rootArgument(y).positional("run", {
    type: "string",
    describe: "a run's number or name; left out: all runs",
  });
}

function rollbackArguments<T>(y: Argv<T>) {
  return lockArgument(rootArgument(y))
    .positional("run", {
      type: "string",
      describe:
        "a run's number or name; left out: the one that was cut off, else the latest that still stands",
    })
    .option("dry-run", {
      type: "boolean",
      default: false,
      describe: "show what would be taken back; exit code 2",
    })
    .option("keep-changed", {
      type: "boolean",
      default: false,
      describe: "leave what was changed since the run as it is, and take back the rest",
    });
}

function lockArgument<T>(y: Argv<T>) {
  return y.option("lock-timeout", {
    ...secondsOption("lock-timeout", 0, "seconds to wait for another run to end"),
    default: 0,
  });
}

function verifyArguments<T>(y: Argv<T>) {
  return hostArguments(y)
    .option("smoke-test", {
      type: "boolean",
      default: true,
      describe: "prove the result through the module; --no-smoke-test leaves that out",
    })
    .option("timeout", {
      ...secondsOption("timeout", 1, "seconds for the smoke test of one token"),
      default: 60,
    });
}

function applyArguments<T>(y: Argv<T>) {
  return lockArgument(verifyArguments(y))
    .option("prove", {
      type: "boolean",
      default: true,
      describe:
        "after the smoke test, prove each new member of an HA vector alone and compare its keys; " +
        "--no-prove leaves that out",
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

function smokeArguments<T>(y: Argv<T>) {
  return y
    .option("module", {
      type: "string",
      demandOption: true,
      requiresArg: true,
      describe: "PKCS #11 module: a path, or a name the loader finds",
    })
    .option("token-label", { type: "string", requiresArg: true, describe: "choose the token by label" })
    .option("token-serial", {
      type: "string",
      requiresArg: true,
      describe: "choose the token by serial number, or among several of one label",
    })
    .option("as", { type: "string", requiresArg: true, describe: "run as this user" })
    .option("pin-file", {
      type: "string",
      requiresArg: true,
      describe: "file that holds the PIN; - for standard input",
    })
    .option("pin-prompt", { type: "boolean", default: false, describe: "ask for the PIN on the terminal" })
    .option("token-objects", {
      type: "boolean",
      default: false,
      describe: "make keys on the token instead of in the session, and destroy them",
    })
    .option("env", {
      type: "string",
      array: true,
      requiresArg: true,
      describe: "NAME=VALUE for the module; it gets a clean environment otherwise",
    })
    .option("timeout", { ...secondsOption("timeout", 0.1, "seconds for the whole test"), default: 60 });
}

function simulatorCommands(y: Argv, run: Runner) {
  return y
    .command(
      "start",
      "start simulated VHSMs; prints endpoints and PINs as JSON, stays up until a signal",
      (s) =>
        s
          .option("vhsms", { ...wholeNumberOption("vhsms", [1, 64], "how many members"), default: 2 })
          .option("users", {
            type: "string",
            default: "ca_signer",
            describe: "user names, separated by commas",
          })
          .option("state", {
            type: "string",
            requiresArg: true,
            describe: "folder for tokens and certificates (default: a temporary one)",
          })
          .option("pins-to", {
            type: "string",
            requiresArg: true,
            describe: "also write each user's PIN into a file in this folder",
          }),
      (args) => run(async (context) => (await import("./simulator.js")).simulatorStart(args, context)),
    )
    .command(
      "archive",
      "build a vendor archive around the simulated module",
      (s) =>
        s
          .version(false) // the program's own --version would take the place of the archive's
          .option("out", {
            type: "string",
            demandOption: true,
            requiresArg: true,
            describe: "folder to write it to",
          })
          .option("version", { type: "string", default: "1.7.0", describe: "X.Y.Z" }),
      (args) => run(async (context) => (await import("./simulator.js")).simulatorArchive(args, context)),
    )
    .demandCommand(1, "name what to do: start or archive");
}
