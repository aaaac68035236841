import { hasControlCharacter, hasLoneSurrogate } from "./control-character.js";

/**
 * Why a name, or another short text, is not usable: empty, longer than so many bytes of UTF-8, or with
 * something in it that is no visible character.
 */
export function textMistake(text: string, limit: number): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes === 0) return "it is empty";
  if (bytes > limit) return `it has ${bytes} bytes`;
  if (hasControlCharacter(text)) return "it holds a control character";
  return hasLoneSurrogate(text) ? "it holds half of a surrogate pair, which is no character" : undefined;
}
