/** A text in the other language, and how many letters of the English one the catalogue has. */
export interface Told {
  readonly text: string;
  readonly own: number;
  /** Nothing of it stayed as it was but names. */
  readonly isAll: boolean;
}

/** What the catalogue does not have; it is told as it is, which is right for a name. */
export function asItWas(text: string): Told {
  return { text, own: 0, isAll: isName(text) };
}

/** What stands between texts. */
export function between(text: string): Told {
  return { text, own: 0, isAll: true };
}

/** How many letters a text has: blanks and commas stand in any language. */
export function lettersIn(text: string): number {
  return text.match(/\p{L}/gu)?.length ?? 0;
}

/** The letters of all of them that the catalogue has. */
export function ownOf(parts: readonly Told[]): number {
  return parts.reduce((sum, { own }) => sum + own, 0);
}

/** One text of several, in their order. */
export function joined(parts: readonly Told[]): Told {
  return {
    text: parts.map(({ text }) => text).join(""),
    own: ownOf(parts),
    isAll: parts.every(({ isAll }) => isAll),
  };
}

/** The same with what stands around it. */
export function within(start: string, told: Told, end: string): Told {
  return { ...told, text: `${start}${told.text}${end}` };
}

/** Of equal ones, the first. */
export function bestOf(ways: readonly Told[]): Told | undefined {
  return ways.reduce<Told | undefined>((best, way) => (best && best.own >= way.own ? best : way), undefined);
}

/** A word or a quoted text, or several with commas between. */
export function isName(value: string): boolean {
  return /^(?:"(?:[^"\\]|\\.)*"|[^\s"]+)(?:, (?:"(?:[^"\\]|\\.)*"|[^\s"]+))*$/.test(value);
}
