import type { YAMLError } from "yaml";
import type { SyntaxMistake } from "./reading.js";

/**
 * The library's own words for these codes are fixed texts; for the others they quote the file, and so perhaps
 * a PIN.
 */
const fixedWords: ReadonlySet<string> = new Set([
  "BAD_INDENT",
  "MISSING_CHAR",
  "BLOCK_IN_FLOW",
  "MULTILINE_IMPLICIT_KEY",
  "KEY_OVER_1024_CHARS",
]);

const titles: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: "unknown escape after a backslash: use single quotes, or double the backslash",
  BAD_SCALAR_START: "a value cannot start with this character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a second key on the line: put the value in quotes, or start a new line",
  BAD_DIRECTIVE: "unknown directive: remove the line that starts with %",
  NON_STRING_KEY: "a key must be plain text",
  TAG_RESOLVE_FAILED: "YAML tags are not supported",
  BAD_ALIAS: "YAML aliases are not supported: put text that starts with * or & in quotes",
};

/** Mistakes of a word, which leave the structure around it as it is. */
const harmless: ReadonlySet<string> = new Set(["BAD_DQ_ESCAPE", "BAD_SCALAR_START", "TAG_RESOLVE_FAILED"]);

/** An error of the YAML library in words that hold nothing of the file. */
export function syntaxErrorOf({ code, message, pos: [offset] }: YAMLError): SyntaxMistake {
  if (code === "TAB_AS_INDENT") {
    return {
      offset,
      code: "profile-tab",
      title: "tab in the indentation",
      hint: "indent with blanks; YAML does not allow tabs",
    };
  }
  const [, closing] = code === "BAD_INDENT" ? (/ end with a ([\]}])$/.exec(message) ?? []) : [];
  if (closing !== undefined) {
    return {
      offset,
      title: `a closing ${closing} is missing before this line`,
      hint:
        `close what begins with ${closing === "]" ? "[" : "{"} above, or indent this line if it ` +
        "belongs in there",
    };
  }
  const title = fixedWords.has(code) ? `${message.charAt(0).toLowerCase()}${message.slice(1)}` : titles[code];
  return {
    offset,
    title: title ?? "not valid YAML",
    hint: "check quotes, brackets and indentation on this line and the one before",
    harmless: harmless.has(code),
  };
}
