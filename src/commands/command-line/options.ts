import type { CheckFormat } from "../../ui/checks/checked.js";
import type { ParsedArguments } from "../verb.js";

/** A day: longer than any test or run takes, and within the range of a timer. */
export const mostSeconds = 86_400;

/** An option that takes a text; `value` stands for it in help. */
export function text(describe: string, value = "TEXT") {
  return { type: "string", requiresArg: true, describe, value } as const;
}

/** An option that takes the name of a file or, with "FOLDER" as its value, a folder. */
export function file(describe: string, value: "FILE" | "FOLDER" = "FILE") {
  return { ...text(describe, value), names: "files" } as const;
}

/** An option without a value; `preset`: its value if it is not given. */
export function flag(describe: string, preset = false) {
  return { type: "boolean", default: preset, describe } as const;
}

/** The options of every verb. */
export const everywhereOptions = {
  json: flag("one JSON document on standard output"),
  quiet: flag("problems and results only"),
  verbose: flag("show technical causes too"),
  color: flag("colours on a terminal; --no-color turns them off", true),
  lang: {
    ...text("the language of texts for people; left out: what LC_ALL, LC_MESSAGES or LANG names", "LANGUAGE"),
    choices: ["pt-BR", "en"],
  },
};

/** How a run is to show things; what is left out is as declared. */
export interface Flags {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly format?: CheckFormat | undefined;
}

/**
 * `--format` and `--fail-on`, for the verbs that a pipeline runs as checks; `formats` are those that make
 * sense for one: SARIF is about places in files.
 */
export function checkOptions<const F extends "junit" | "github" | "sarif">(...formats: readonly F[]) {
  return {
    format: {
      ...text("print for a pipeline what was checked, instead of text: XML, or GitHub's annotations", "WORD"),
      choices: formats,
    },
    "fail-on": failOnOption("error (default), or warning: exit code 4 if there are only warnings"),
  } as const;
}

export function failOnOption(describe: string) {
  return { ...text(describe, "WORD"), choices: ["error", "warning"] } as const;
}

/** What is wrong with `--format` among valid arguments. */
export function formatFault({ format, json, nagios, watch }: ParsedArguments): string | undefined {
  if (format === undefined) return undefined;
  if (json === true) return "--format prints its own document, and --json another: give one of them";
  if (nagios === true) return "--nagios prints one line, and --format a document";
  return watch === true ? "--format prints one document, and --watch never ends" : undefined;
}

export interface CheckedOption<T> {
  readonly type: "string";
  readonly requiresArg: true;
  readonly value: string;
  readonly coerce: (value: unknown) => T;
  readonly describe: string;
}

/** An option that takes seconds, `least` or more: "5", "0.5" or "5s". */
export function secondsOption(option: string, least: number, describe: string): CheckedOption<number> {
  // text, since the parser cannot read "5s" as a number
  return { type: "string", requiresArg: true, value: "SECONDS", coerce: seconds(option, least), describe };
}

/** Checks the value of such an option; what it throws is shown as a mistake in the command line. */
export function seconds(option: string, least: number): (value: unknown) => number {
  return (value) => {
    const number = typeof value === "number" ? value : Number(/^(\d+(?:\.\d+)?)s?$/.exec(String(value))?.[1]);
    if (number >= least && number <= mostSeconds) return number;
    throw new Error(`--${option} takes one number of seconds, ${least} to ${mostSeconds}`);
  };
}

/**
 * An option that takes a whole number, `least` to `most`. The parser's numbers would be NaN for a word, and 0
 * for an empty value.
 */
export function wholeNumberOption(
  option: string,
  [least, most]: readonly [number, number],
  describe: string,
): CheckedOption<number> {
  const coerce = (value: unknown): number => {
    const number = typeof value === "number" ? value : Number(/^\d{1,15}$/.exec(String(value))?.[0]);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new Error(`--${option} takes one whole number, ${least} to ${most}`);
  };
  return { type: "string", requiresArg: true, value: "NUMBER", coerce, describe };
}

/** `--root`, for every verb that takes it. */
export const rootOption = {
  ...file("a folder that holds the root of an image or container, instead of /", "FOLDER"),
  coerce: folderOfRoot,
};

/** An empty name, as from a variable that is not set, must not mean the working folder. */
function folderOfRoot(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new Error("--root takes the name of one folder");
}

/** The profile, for every verb that uses one. */
export const profileWord = {
  type: "string",
  demandOption: true,
  names: "files",
  describe: "profile file, YAML or JSON; - for standard input",
} as const;

/** The same for a verb that takes several. */
export const profilesWord = {
  ...profileWord,
  array: true,
  describe: "profile files, YAML or JSON; - for standard input",
} as const;

/** A run of the history; `without`: which one is meant if none is named. */
export function runWord(without: string) {
  return { type: "string", names: "runs", describe: `a run's number or name (default: ${without})` } as const;
}

/** For the verbs that log in. */
export const loginOptions = {
  strict: flag(
    "refuse a PIN that looks as if it held more: a space at an end, quotes around it, NAME= before it",
  ),
  "retry-pin": flag("send a PIN to a token that has refused it before; without this it is not sent again"),
};

/** For the verbs that prove the result. */
export const proofOptions = {
  ...loginOptions,
  "smoke-test": flag("prove the result through the module; --no-smoke-test skips this", true),
  timeout: { ...secondsOption("timeout", 1, "seconds for the smoke test of one token"), default: 60 },
};

export const lockOption = {
  ...secondsOption("lock-timeout", 0, "seconds to wait for another run to end"),
  default: 0,
};

/**
 * For the verbs that ask where there is somebody to ask: standard input, output and error are terminals, and
 * no document is wanted. `before`: what they ask before; `then`: what is done unasked.
 */
export function yesOption(before: string, then: string) {
  return flag(
    `do not ask before ${before}; knetctl asks only if standard input, output and error are terminals ` +
      `and --json is not given; otherwise ${then} without asking`,
  );
}

/** For the verbs that plan and make an installation. */
export const inPlaceOption = flag(
  "run install.sh on the host itself, as module.in_place does; what it replaces cannot be put back",
);

/** For the verbs that change an image too. */
export const journalOption = flag(
  "keep the record of the run; --no-journal, with --root, leaves nothing of knetctl's own in the image",
  true,
);

/** What is wrong with `--no-journal` among valid arguments. */
export function journalFault({ journal, root }: ParsedArguments): string | undefined {
  return journal === false && root === undefined
    ? "--no-journal is for --root: a host's changes are taken back with their record"
    : undefined;
}

/** For the verbs that bring new endpoints to the host. */
export const probeOption = flag(
  "probe new endpoints, without a login, before anything else is tried; --no-probe skips this",
  true,
);

/** For the verbs that change the host and prove it. */
export const changeOptions = {
  "lock-timeout": lockOption,
  ...proofOptions,
  prove: flag(
    "after the smoke test, prove each new member of an HA vector alone and compare its keys; " +
      "--no-prove skips this",
    true,
  ),
  rollback: flag(
    "put everything back when a change or the service fails; --no-rollback keeps the failed state",
    true,
  ),
  restart: flag(
    "restart the service when something that it reads has changed; --no-restart leaves that to you",
    true,
  ),
};
