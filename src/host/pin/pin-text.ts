import { Problem } from "../../problem/problem.js";
import { Secret } from "../../problem/secret.js";

/** More than any token takes (CK_TOKEN_INFO's ulMaxPinLen is a few hundred at most). Bytes. */
export const longestPin = 4096;

/**
 * The PIN in what was read from `from` (for people: "file /run/secrets/pin"). One line break at the end, LF or CRLF, is not part of
 * it, which `notes` then says; everything else is kept as it is. Throws `pin-empty`, `pin-nul`, `pin-too-long` or `pin-not-utf8`, none of which
 * quotes anything.
 */
export function pinFromBytes(bytes: Buffer, from: string): { readonly pin: Secret; readonly notes: readonly string[] } {
  const lineBreak = bytes.at(-1) !== 0x0a ? 0 : bytes.at(-2) === 0x0d ? 2 : 1;
  const content = bytes.subarray(0, bytes.length - lineBreak);
  if (content.length === 0) throw new Problem("pin-empty", `the PIN from ${from} is empty`, { hint: "write the PIN there, as one line" });
  if (content.length > longestPin) {
    throw new Problem("pin-too-long", `the PIN from ${from} has more than ${longestPin} bytes`, { hint: "check that this is the PIN and not another file" });
  }
  if (content.includes(0)) throw new Problem("pin-nul", `the PIN from ${from} holds a NUL byte`, { hint: "write it as plain UTF-8 text" });
  return { pin: new Secret(decoded(content, from)), notes: lineBreak === 0 ? [] : ["removed one trailing line break from the PIN"] };
}

function decoded(content: Buffer, from: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new Problem("pin-not-utf8", `the PIN from ${from} is not valid UTF-8`, { hint: "write it as plain UTF-8 text" });
  }
}
