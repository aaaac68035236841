import { type Test } from "tap";
import { Problem } from "../../src/problem/problem.js";
import type { Output } from "../../src/ui/terminal/output.js";
import { terminalOutput } from "../../src/ui/terminal/terminal-output.js";

/**
 * Title, clear screen, clipboard, a colour; the same in C1; marks of direction, invisible characters, line
 * separators, a lone surrogate.
 */
export const escapes =
  "\u001b]0;title\u0007\u001b[2J\u001b]52;c;eA==\u001b\\\u001b[32m\u009b2J\u009d0;t\u009c\u0085\u007f" +
  "\r\b\u202e\u2066\u200f\u061c\u200b\u00ad\ufeff\u2028\u2029\u{e0041}\ud800";
const forged = "\nerror: forged [internal-error]\n  hint: forged\n";
/** What a terminal would obey, and lines that look like ours. */
export const evil = `${escapes}${forged}`;
/** What must never reach a terminal. */
export const seen = new RegExp(
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e" +
    "\\u2060-\\u206f\\ufeff]|\\udb40[\\udc00-\\udfff]|\\p{Cs}",
  "u",
);

/** Words that choose what is shown, and are not shown themselves. */
const chosen = new Set([
  "kind",
  "type",
  "outcome",
  "status",
  "severity",
  "code",
  "result",
  "id",
  "progress",
  "step",
  "speaks",
  "began",
  "ended",
  "notBefore",
  "notAfter",
]);

/** The value with evil at the end of all text in it that comes from outside. */
export function spoilt<T>(value: T, key = ""): T {
  if (typeof value === "string") return (chosen.has(key) ? value : `${value}${evil}`) as T;
  if (
    key === "step" ||
    value instanceof Problem ||
    value instanceof Date ||
    typeof value !== "object" ||
    value === null
  )
    return value;
  if (Array.isArray(value)) return value.map((one: unknown) => spoilt(one, key)) as T;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, spoilt<unknown>(one, name)]),
  ) as T;
}

/** What is written when something is said on a terminal, or elsewhere. */
export function spoken(isTTY: boolean, json: boolean, say: (output: Output) => void): string {
  let text = "";
  const stream = { isTTY, columns: 200, rows: 50, write: (part: string) => (text += part) };
  say(
    terminalOutput({
      json,
      verbose: true,
      quiet: false,
      color: true,
      environment: {},
      stdout: stream,
      stderr: stream,
    }),
  );
  return text;
}

/**
 * On a terminal and elsewhere: nothing passes but our own colours and moves; no line of theirs looks like one
 * of ours.
 */
export function harmless<T>(t: Test, value: T, say: (output: Output, value: T) => void, json = false): void {
  for (const isTTY of [true, false]) {
    const [plain, bad] = [value, spoilt(value)].map((one) =>
      spoken(isTTY, json, (output) => {
        say(output, one);
      }),
    );
    const ours = (text = "") =>
      text.replaceAll(/\u001b\[(?:1|2|22|31|32|33|39)m|\u001b\[[HJK]|\r(?=\u001b\[K)/g, "");
    t.notMatch(ours(bad), seen);
    const colours = (text = "") => text.match(/\u001b\[\d+m/g)?.length ?? 0;
    t.equal(colours(bad), colours(plain), "no colour of theirs");
    t.notMatch(ours(bad), /^(?: {2})?(?:error|warning|hint): forged/m);
    t.match(ours(bad), /forged|0;title/, "it is shown all the same");
    if (json)
      t.doesNotThrow(() => {
        JSON.parse(bad ?? "");
      });
  }
}
