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
 * Names that may be empty: a token's label and serial number are the token's, a connection's name is
 * config.json's.
 */
const mayBeEmpty: ReadonlySet<string> = new Set(["token-label", "token-serial", "connection"]);

/**
 * Refuses an empty text, as of a variable that is not set: as the name of a file it would mean the working
 * folder.
 */
export function refuseEmpty(args: Readonly<Record<string, unknown>>, options: object): void {
  const texts: readonly unknown[] =
    "string" in options && Array.isArray(options.string) ? options.string : [];
  const empty = Object.keys(args).find(
    (name) => args[name] === "" && texts.includes(name) && !mayBeEmpty.has(name),
  );
  if (empty !== undefined) throw new Error(`Empty value: ${empty}`);
}
