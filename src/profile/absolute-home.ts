import { asAbsolutePath, type AbsolutePath } from "../host/path.js";

/** A home folder as written, less a slash at its end; undefined when it is no absolute path as it stands. */
export function absoluteHome(text: string): AbsolutePath | undefined {
  if (/\p{Cc}|\p{Cs}/u.test(text)) return undefined;
  return asAbsolutePath(text.length > 1 ? text.replace(/\/$/, "") : text);
}
