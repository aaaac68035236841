/** Why a text cannot be edited, or would not be right after an edit. */
export interface EntryFault {
  readonly offset: number;
  /** What is wrong there; quotes nothing of the text. */
  readonly reason: string;
}

/**
 * Finds, sets and removes an entry of knetctl's own in a text that is somebody else's: every byte outside of
 * the entry stays as it is. A name is one that `isEntryName` allows, and a body is lines that each end in
 * `\n`; in the text they end as the text's own lines do.
 */
export interface EntryEditor {
  /** Undefined: it can be read and edited. The other functions are only for such texts. */
  readonly fault: (text: string) => EntryFault | undefined;
  /** The names of the entries, in the order of the text. */
  readonly names: (text: string) => readonly string[];
  /** An entry's body; undefined if there is none. */
  readonly read: (text: string, name: string) => string | undefined;
  /** The text with the entry. `remove` then gives the text without it again, byte for byte. */
  readonly put: (text: string, name: string, body: string) => string;
  /** The text without it. */
  readonly remove: (text: string, name: string) => string;
}

/** Whether an entry may have this name: it goes into comments of several languages, and into file names. */
export function isEntryName(name: string): boolean {
  return name.length <= 64 && /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/.test(name);
}

/**
 * The text with these entries set, or removed (undefined), and read again: they must be there, and the rest
 * must be as it was. Otherwise what is wrong is returned: with the entry, the text would not be valid.
 */
export function editEntries(
  editor: EntryEditor,
  before: string,
  entries: ReadonlyMap<string, string | undefined>,
): { readonly text: string } | { readonly fault: EntryFault; readonly text: string } {
  let text = before;
  for (const [name, body] of entries)
    text = body === undefined ? editor.remove(text, name) : editor.put(text, name, body);
  const fault = editor.fault(text);
  if (fault !== undefined) return { fault, text };
  const rest = (whole: string): string =>
    [...entries.keys()].reduce((left, name) => editor.remove(left, name), whole);
  const isRight =
    [...entries].every(([name, body]) => editor.read(text, name) === body) && rest(text) === rest(before);
  if (!isRight) throw new Error("an edit changed more than the entry it was for");
  return { text };
}
