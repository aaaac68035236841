/** Texts in another language than English. What is not known stays as it is. */
export interface Speech {
  /** A finished English text: a line or several, with values filled in, and colours. */
  readonly text: (english: string) => string;
  /** A text of the program's own alone, such as a title, which may be a single word. */
  readonly word: (english: string) => string;
  /** What means yes besides `y` and `yes`, and how the question names it. */
  readonly yes: { readonly letter: string; readonly words: readonly string[] };
}

/** Stands at the beginning of a line that is not to be translated, until it is spoken. */
export const asItIs = "\ue002";

let speech: Speech | undefined;

/**
 * The language of this process, as setlocale(3) has it: set once, where the program begins. Undefined:
 * English.
 */
export function speak(other: Speech | undefined): void {
  speech = other;
}

/**
 * A finished text for people in the language of this process. JSON, logs and records never go through this.
 */
export function spoken(english: string): string {
  return speech === undefined ? english : speech.text(english);
}

/** The same for a text that no value is part of, such as a table's title, which may be a single word. */
export function spokenWord(english: string): string {
  return speech === undefined ? english : speech.word(english);
}

/** Lines that are somebody else's, such as a file's: `spoken` leaves them as they are. */
export function verbatim(lines: string): string {
  return speech === undefined ? lines : lines.replaceAll(/^/gm, asItIs);
}

/** Marks a single word as a text of the program's own, for the catalogue; `spokenWord` says it later. */
export function asWord(english: string): string {
  return english;
}

/** What means yes. */
export function yesWords(): Speech["yes"] {
  return speech?.yes ?? { letter: "y", words: [] };
}
