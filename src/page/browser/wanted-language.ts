import { portuguese } from "../../language/pt-br.js";
import { speak } from "../../language/spoken.js";
import { shortKey } from "../short-key.js";

/** The page's language: English, in which the source is written, or Brazilian Portuguese. */
export type Language = "en" | "pt-BR";

/** What the browser asks for. */
export function usualLanguage(wanted: string): Language {
  return /^pt\b/i.test(wanted) ? "pt-BR" : "en";
}

let other: ReturnType<typeof portuguese> | undefined;

/** From then on everything is drawn in that language. */
export function speakIn(language: Language): void {
  speak(language === "en" ? undefined : (other ??= portuguese(true, shortKey)));
}
