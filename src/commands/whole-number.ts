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
