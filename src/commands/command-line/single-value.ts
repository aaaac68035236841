import type { Verb } from "../verb.js";

/**
 * Refuses an option that is given twice but holds one value: the parser would make a list of it, which no
 * command takes for a text. What it throws is shown as a mistake in the command line. `options`: the parser's
 * own, whose `array` names what may be given again.
 */
export function refuseRepeated(args: Readonly<Record<string, unknown>>, options: object): void {
  const lists: readonly unknown[] = "array" in options && Array.isArray(options.array) ? options.array : [];
  const twice = Object.keys(args).find(
    (name) => name !== "_" && !/[A-Z]/.test(name) && Array.isArray(args[name]) && !lists.includes(name),
  );
  if (twice !== undefined) throw new Error(`--${twice} is given twice: it takes one value`);
}

/**
 * Refuses an empty text, as of a variable that is not set, where the verb does not say that it may be empty:
 * as the name of a file it would mean the working folder.
 */
export function refuseEmpty(
  args: Readonly<Record<string, unknown>>,
  options: object,
  verb: Pick<Verb, "words" | "options"> | undefined,
): void {
  const texts: readonly unknown[] =
    "string" in options && Array.isArray(options.string) ? options.string : [];
  const declared = { ...verb?.words, ...verb?.options };
  const empty = Object.keys(args).find(
    (name) => args[name] === "" && texts.includes(name) && declared[name]?.mayBeEmpty !== true,
  );
  if (empty !== undefined) throw new Error(`Empty value: ${empty}`);
}
