import { utf8Length } from "../../formats/text/utf8.js";
import { type AbsolutePath, asAbsolutePath } from "../../host/path.js";

/**
 * Whether the text holds a control character (Unicode's category Cc: C0, DEL, C1). Written by hand, since
 * patterns with \p take long to compile.
 */
export function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) return true;
  }
  return false;
}

/** Whether the text contains half of a surrogate pair, which is not a character and has no UTF-8 form. */
export function hasLoneSurrogate(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(at + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return true;
    at++;
  }
  return false;
}

/** What to do about a text that cannot be used as a path; undefined if it can. */
export function pathMistake(text: string): string | undefined {
  if (hasControlCharacter(text) || hasLoneSurrogate(text)) return "remove the control character from it";
  if (text.startsWith("~")) return "~ is not expanded here; write the whole path";
  // patterns take longer to compile than to use, and nearly no path comes near them
  if (text.includes("$") && /\$\{?[A-Za-z_]/.test(text))
    return "variables are not expanded here; write the whole path";
  return text.includes("://") && /^[a-z]+:\/\//i.test(text)
    ? "nothing is downloaded; fetch the file first and give its path"
    : undefined;
}

/**
 * Why a name, or another short text, is not usable: it is empty, longer than so many bytes of UTF-8, or
 * contains something that is not a visible character.
 */
export function textMistake(text: string, limit: number): string | undefined {
  const bytes = utf8Length(text);
  if (bytes === 0) return "it is empty";
  if (bytes > limit) return `it has ${bytes} bytes`;
  if (hasControlCharacter(text)) return "it contains a control character";
  return hasLoneSurrogate(text)
    ? "it contains half of a surrogate pair, which is not a character"
    : undefined;
}

/** A home folder as written, without a slash at its end; undefined if that is not an absolute path. */
export function absoluteHome(text: string): AbsolutePath | undefined {
  if (hasControlCharacter(text) || hasLoneSurrogate(text)) return undefined;
  return asAbsolutePath(text.length > 1 ? text.replace(/\/$/, "") : text);
}
