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
