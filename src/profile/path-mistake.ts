import { hasControlCharacter, hasLoneSurrogate } from "./control-character.js";

/** What to do about a text that cannot be a path as it stands; undefined when nothing speaks against it. */
export function pathMistake(text: string): string | undefined {
  if (hasControlCharacter(text) || hasLoneSurrogate(text)) return "remove the control character from it";
  if (/^~/.test(text)) return "~ is not expanded here; write the whole path";
  if (/\$\{?[A-Za-z_]/.test(text)) return "variables are not expanded here; write the whole path";
  return /^[a-z]+:\/\//i.test(text)
    ? "nothing is downloaded; fetch the file first and give its path"
    : undefined;
}
