/**
 * The forms in which an application on .NET's configuration providers is given its settings: an ini file, a
 * JSON file, or environment variables, written as a file for Docker (`env`) or for systemd
 * (`EnvironmentFile=`), which quote differently.
 */
export const settingsForms = ["ini", "json", "env", "systemd"] as const;
export type SettingsForm = (typeof settingsForms)[number];

/**
 * The most settings that are read from one text: a hundred times what any application has. Each takes time
 * and memory, and 5 MiB can hold millions.
 */
export const mostSettings = 200_000;

/**
 * The length in characters of the longest key that a section may have: each of its settings' keys begins with
 * it, so it takes memory as often.
 */
export const longestSection = 1024;

/** One setting as the application reads it. */
export interface Setting {
  /**
   * Its parts joined by `:`, spelt as in the file: `KeyStores:MyHsm:Pin`. The application compares keys
   * without regard to case.
   */
  readonly key: string;
  readonly value: string;
  /** The offset of its key in the text, in UTF-16 code units. */
  readonly offset: number;
}

/**
 * Why the application, or the program that sets its environment, would refuse the text or read it in an
 * undefined way.
 */
export interface SettingsFault {
  readonly kind: "syntax" | "duplicate-key" | "ambiguous" | "size";
  readonly offset: number;
  /** What is wrong there; quotes nothing of the text. */
  readonly reason: string;
  /** The key that occurs twice. */
  readonly key?: string;
}

export function tooManySettings(offset: number): SettingsFault {
  return {
    kind: "size",
    offset,
    reason: `there are more than ${mostSettings} settings; the limit is reached here`,
  };
}

export function sectionTooLong(offset: number): SettingsFault {
  return {
    kind: "size",
    offset,
    reason: `the key of this section is longer than ${longestSection} characters`,
  };
}

/** A line that is silently ignored, although somebody meant it as a setting. */
export interface DroppedLine {
  readonly offset: number;
  /** Why; quotes nothing of the text. */
  readonly reason: string;
}

export interface SettingsEdit {
  /**
   * Key (parts joined by `:`) → value, in the order in which new ones are written. One that exists in any
   * spelling is changed in place.
   */
  readonly set: ReadonlyMap<string, string>;
  /** Keys to remove, in any spelling. A section that has nothing else in it is removed with its last key. */
  readonly remove: ReadonlySet<string>;
}

/** A settings text that has been read, and how to change some of its settings. */
export interface SettingsText {
  /** In the order of the text. */
  readonly settings: readonly Setting[];
  readonly dropped: readonly DroppedLine[];
  /**
   * The text with these settings changed and every other byte as it was; the same text if it already says all
   * that. Throws a RangeError for a value that the form cannot hold (`cannotHold`).
   */
  edit(edit: SettingsEdit): string;
}

/** The text, or everything that is wrong with it, in order. */
export type SettingsReading =
  | SettingsText
  | { readonly faults: readonly [SettingsFault, ...SettingsFault[]] };

const names: Readonly<Record<SettingsForm, string>> = {
  ini: "an ini file",
  json: "JSON",
  env: "an environment file of Docker",
  systemd: "an environment file of systemd",
};

/** What a form is called in a sentence. */
export function formName(form: SettingsForm): string {
  return names[form];
}

/** Why no form can hold a setting, in words that quote nothing of it; undefined if one may hold it. */
export function noFormHolds(key: string, value: string): string | undefined {
  const text = `${key}=${value}`;
  if (/[\uD800-\uDFFF]/u.test(text)) return "half of a surrogate pair is not a character";
  if (text.includes("\0")) return "a setting cannot contain a NUL";
  if (`:${key}:`.includes("::")) return "a part of the key is empty";
  return undefined;
}

/** At the start of a file U+FEFF is a byte order mark. */
export const markReason = "a name that begins with U+FEFF can lose it: it is taken for a byte order mark";

/**
 * The key as .NET compares it (StringComparer.OrdinalIgnoreCase): each code point in its simple upper case,
 * one for one, whatever the language. Two keys are the same to the application if the results are equal.
 */
export function foldKey(key: string): string {
  if (/^[\0-\x7f]*$/.test(key)) return key.toUpperCase();
  let folded = "";
  for (const char of key) folded += upperCase(char);
  return folded;
}

function upperCase(char: string): string {
  // .NET distinguishes dotless i and long s from I and S, to which Unicode maps them
  if (char === "\u0131" || char === "\u017F") return char;
  const greek = greekCapital(char.codePointAt(0) ?? 0);
  if (greek !== undefined) return greek;
  const upper = char.toUpperCase();
  if (upper.length !== char.length) return char;
  return upper.length === 1 || Array.from(upper).length === 1 ? upper : char;
}

/** Greek letters with an iota subscript: one code point in simple upper case, but two from `toUpperCase`. */
function greekCapital(point: number): string | undefined {
  if (point >= 0x1f80 && point <= 0x1faf && (point & 8) === 0) return String.fromCodePoint(point + 8);
  if (point === 0x1fb3 || point === 0x1fc3 || point === 0x1ff3) return String.fromCodePoint(point + 9);
  return undefined;
}

/**
 * What comes before the last part of a key, including the `:`, as .NET compares it; "" for a key with one
 * part.
 */
export function sectionOf(key: string): string {
  return foldKey(key.slice(0, key.lastIndexOf(":") + 1));
}

/** The last part of a key. */
export function partOf(key: string): string {
  return key.slice(key.lastIndexOf(":") + 1);
}
