import { spokenWord } from "../language/spoken.js";
import { described } from "../profile/words/schema-words.js";

/** A description of the schema: its first sentence, which problems quote too, and what follows it. */
export function sentencesOf(description: string): readonly [first: string, rest: string] {
  const [first = description] = /^[^]*?\.(?=\s|$)/.exec(description) ?? [];
  return [first, description.slice(first.length).trim()];
}

/** The same in the language of the page. The catalogue has the first sentence as problems quote it. */
export function explained(description: string): readonly [first: string, rest: string] {
  const [, rest] = sentencesOf(description);
  const quoted = described({ description });
  const told = spokenWord(quoted);
  if (told === quoted) return sentencesOf(spokenWord(description));
  return [`${told.charAt(0).toUpperCase()}${told.slice(1)}.`, spokenWord(rest)];
}
