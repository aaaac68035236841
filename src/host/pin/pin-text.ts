import { Problem } from "../../problem/problem.js";
import { Secret } from "../../problem/secret.js";
import type { AbsolutePath } from "../path.js";

/** More than any token takes (CK_TOKEN_INFO's ulMaxPinLen is a few hundred at most). Bytes. */
export const longestPin = 4096;

export interface PinText {
  readonly pin: Secret;
  readonly notes: readonly string[];
  /** Warnings: it may be a PIN, but looks as if there were more than the PIN. */
  readonly problems: readonly Problem[];
}

/**
 * The PIN in what was read from `from` (for people: "file /run/secrets/pin"). One line break at the end, LF
 * or CRLF, is not part of it, which `notes` then says; everything else is kept as it is. What cannot be in a
 * PIN is refused here, before it costs a login attempt: throws `pin-empty`, `pin-nul`, `pin-too-long`,
 * `pin-not-utf8`, `pin-byte-order-mark`, `pin-line-break` or `pin-control-character`. Nothing is ever quoted.
 */
export function pinFromBytes(bytes: Buffer, from: string): PinText {
  const lineBreak = bytes.at(-1) !== 0x0a ? 0 : bytes.at(-2) === 0x0d ? 2 : 1;
  const content = bytes.subarray(0, bytes.length - lineBreak);
  if (content.length === 0) throw emptyPin(from);
  if (content.length > longestPin) {
    throw new Problem("pin-too-long", `the PIN from ${from} has more than ${longestPin} bytes`, {
      hint: "check that this is the PIN and not another file",
    });
  }
  if (content.includes(0))
    throw new Problem("pin-nul", `the PIN from ${from} holds a NUL byte`, {
      hint: "write it as plain UTF-8 text",
    });
  const text = decoded(content, from);
  refuse(text, from);
  return {
    pin: new Secret(text),
    notes: lineBreak === 0 ? [] : ["removed one trailing line break from the PIN"],
    problems: doubts(text, from),
  };
}

export function emptyPin(from: string): Problem {
  return new Problem("pin-empty", `the PIN from ${from} is empty`, {
    hint: "write the PIN there, as one line",
  });
}

function refuse(text: string, from: string): void {
  if (text.startsWith("\ufeff")) {
    throw new Problem("pin-byte-order-mark", `the PIN from ${from} begins with a byte order mark`, {
      hint: "save it as UTF-8 without a byte order mark",
    });
  }
  if (/[\r\n\u2028\u2029]/.test(text)) {
    throw new Problem("pin-line-break", `the PIN from ${from} holds a line break`, {
      detail: "only one line break is allowed, at the very end, and it is not part of the PIN",
      hint: "write the PIN there as the only line, without empty lines after it",
    });
  }
  if (/\p{Cc}/u.test(text)) {
    throw new Problem(
      "pin-control-character",
      `the PIN from ${from} holds a control character, such as a tab`,
      { hint: "write the PIN there as plain text, and nothing else" },
    );
  }
}

/** Spaces, and characters without width, such as those copied along from a web page. */
const outerBlank = /^[\s\u200b-\u200d\u2060]|[\s\u200b-\u200d\u2060]$/u;

function doubts(text: string, from: string): readonly Problem[] {
  const doubt = (
    code: "pin-outer-blank" | "pin-outer-quotes" | "pin-assignment",
    title: string,
    hint: string,
  ): Problem =>
    new Problem(code, title, {
      severity: "warning",
      detail: "all of it is taken as the PIN",
      hint,
    });
  return [
    ...(outerBlank.test(text)
      ? [
          doubt(
            "pin-outer-blank",
            `the PIN from ${from} begins or ends with a space`,
            "remove it if it is not part of the PIN",
          ),
        ]
      : []),
    ...(/^\s*(["']).*\1\s*$/su.test(text)
      ? [
          doubt(
            "pin-outer-quotes",
            `the PIN from ${from} is in quotes`,
            "remove them if they are not part of the PIN",
          ),
        ]
      : []),
    // what base64 ends with is not an assignment
    ...(/^\s*(?:export\s+)?[A-Za-z_][\w:]*\s*=\s*[^=\s]/u.test(text)
      ? [
          doubt(
            "pin-assignment",
            `the PIN from ${from} looks like NAME=PIN`,
            "write the PIN alone, without a name before it",
          ),
        ]
      : []),
  ];
}

function decoded(content: Buffer, from: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new Problem("pin-not-utf8", `the PIN from ${from} is not valid UTF-8`, {
      hint: "write it as plain UTF-8 text",
    });
  }
}

/** Where a PIN comes from; a profile never holds the PIN itself. */
export type PinSource =
  | { readonly from: "file"; readonly path: AbsolutePath }
  | { readonly from: "env"; readonly variable: string }
  | { readonly from: "fd"; readonly descriptor: number }
  | { readonly from: "credential"; readonly name: string }
  | { readonly from: "prompt" };
