import { asAbsolutePath, type AbsolutePath } from "../host/path.js";
import { hasControlCharacter, hasLoneSurrogate } from "./control-character.js";

/** A home folder as written, less a slash at its end; undefined when it is no absolute path as it stands. */
export function absoluteHome(text: string): AbsolutePath | undefined {
  if (hasControlCharacter(text) || hasLoneSurrogate(text)) return undefined;
  return asAbsolutePath(text.length > 1 ? text.replace(/\/$/, "") : text);
}
