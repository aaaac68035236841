/** A day is more than any test or run takes, and less than what a timer can hold. */
const mostSeconds = 86_400;

/** Checks an option that takes seconds; what it throws is shown as a mistake in the command line. */
export function seconds(option: string, least: number): (value: unknown) => number {
  return (value) => {
    if (typeof value === "number" && value >= least && value <= mostSeconds) return value;
    throw new Error(`--${option} takes one number of seconds, ${least} to ${mostSeconds}`);
  };
}
