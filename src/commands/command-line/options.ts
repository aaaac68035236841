import type { schemaTexts } from "../../generated/schemas.js";

/** A day is more than any test or run takes, and less than what a timer can hold. */
const mostSeconds = 86_400;

export interface SecondsOption {
  readonly type: "string";
  readonly requiresArg: true;
  readonly coerce: (value: unknown) => number;
  readonly describe: string;
}

/** An option that takes seconds, `least` or more: "5", "0.5" or "5s". */
export function secondsOption(option: string, least: number, describe: string): SecondsOption {
  // text, since the parser makes no number of "5s"
  return { type: "string", requiresArg: true, coerce: seconds(option, least), describe };
}

/** Checks what such an option was given; what it throws is shown as a mistake in the command line. */
export function seconds(option: string, least: number): (value: unknown) => number {
  return (value) => {
    const number = typeof value === "number" ? value : Number(/^(\d+(?:\.\d+)?)s?$/.exec(String(value))?.[1]);
    if (number >= least && number <= mostSeconds) return number;
    throw new Error(`--${option} takes one number of seconds, ${least} to ${mostSeconds}`);
  };
}

/** `--root`, for every command that takes it. */
export const rootOption = {
  type: "string",
  requiresArg: true,
  coerce: folderOfRoot,
  describe: "a folder that holds the root of an image or container, instead of /",
} as const;

/** An empty name, as of a variable that is not set, must not mean the working folder. */
function folderOfRoot(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new Error("--root takes the name of one folder");
}

export type SchemaName = keyof typeof schemaTexts;

/** Schemas that `knetctl schema` prints. */
export const schemaNames = [
  "profile",
  "client-config",
  "journal",
  "report",
] as const satisfies readonly SchemaName[];

/** Shells that there is a completion script for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export interface WholeNumberOption {
  readonly type: "string";
  readonly requiresArg: true;
  readonly coerce: (value: unknown) => number;
  readonly describe: string;
}

/**
 * An option that takes a whole number, `least` to `most`. The parser's own numbers would be NaN for a word,
 * and 0 for nothing.
 */
export function wholeNumberOption(
  option: string,
  [least, most]: readonly [number, number],
  describe: string,
): WholeNumberOption {
  const coerce = (value: unknown): number => {
    const number = typeof value === "number" ? value : Number(/^\d{1,15}$/.exec(String(value))?.[0]);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new Error(`--${option} takes one whole number, ${least} to ${most}`);
  };
  return { type: "string", requiresArg: true, coerce, describe };
}
