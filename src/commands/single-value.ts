/**
 * Refuses an option that is given twice but holds one value: the parser would make a list of it, which no command takes for a text. What it throws
 * is shown as a mistake in the command line. `options`: the parser's own, whose `array` names what may be given again.
 */
export function refuseRepeated(args: Readonly<Record<string, unknown>>, options: object): true {
  const lists: readonly unknown[] = "array" in options && Array.isArray(options.array) ? options.array : [];
  const twice = Object.keys(args).find((name) => name !== "_" && !/[A-Z]/.test(name) && Array.isArray(args[name]) && !lists.includes(name));
  if (twice !== undefined) throw new Error(`--${twice} is given twice: it takes one value`);
  return true;
}
