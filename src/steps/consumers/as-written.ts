import type { Consumer, WantedConsumer } from "../../consumers/consumer.js";

/**
 * Stands in for a PIN that is not known, in a text that is never written. Letters alone: no language would
 * have to quote it, while a PIN may have to be.
 */
export const unknownPin = "UnknownPinOfTheConsumer";

/** A module has no more tokens than that; which one it is, no record says. */
const mostTokens = 64;

/** Whether a text is one with `unknownPin` in it, with any PIN in that place. */
export function differsInPinAlone(text: string, withUnknown: string): boolean {
  const [head = "", tail = ""] = withUnknown.split(unknownPin);
  const pin = text.slice(head.length, text.length - tail.length);
  return text === `${head}${pin}${tail}` && pin !== "" && !pin.includes("\n");
}

/**
 * Whether a text (a whole file, or the entry in one) is what this knetctl writes for a consumer, whatever the
 * PIN in it is. Pure.
 */
export function isAsWritten(
  { pin, text: textOf }: Pick<Consumer, "pin" | "text">,
  wanted: WantedConsumer,
  text: string,
): boolean {
  for (let tokenIndex = 0; tokenIndex < mostTokens; tokenIndex++) {
    const expected = textOf({ ...wanted, tokenIndex }, unknownPin);
    if (pin === "literal" ? differsInPinAlone(text, expected) : text === expected) return true;
  }
  return false;
}
