import { speak } from "./spoken.js";
import { saidLanguage, wantedLanguage } from "./wanted.js";

/**
 * The arguments without those about the language, in which people are spoken to from now on: the one that
 * they say, or else the environment. `isUtf8`: whether their terminal shows more than ASCII.
 */
export async function inTheirLanguage(
  all: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  isUtf8: boolean,
): Promise<readonly string[]> {
  const { args, said = wantedLanguage(environment) } = saidLanguage(all);
  const portuguese = said === "pt-BR" ? await import("./pt-br.js").catch(notThere) : undefined;
  speak(portuguese?.portuguese(isUtf8));
  return args;
}

/** A program that lacks the file still works, in English. */
function notThere(): undefined {
  return undefined;
}
