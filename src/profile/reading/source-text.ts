import { countUpTo } from "../../formats/text/text-position.js";
import { looksLikeUtf16, utf8Prefix, utf8Text } from "../../formats/text/utf8.js";
import { mebibytes } from "../../formats/units.js";
import { sizeLimits } from "../../host/size-limits.js";
import { Problem } from "../../problem/problem.js";

/** The size of the largest profile that is read, in bytes. */
export const profileSizeLimit = sizeLimits.text;

/** A line and column, both from 1; columns count UTF-16 code units, as editors do. */
export interface Position {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** The text of a file, and how to turn an offset in it into a position that a user can jump to. */
export class SourceText {
  #lineStarts: readonly number[] | undefined;

  constructor(
    readonly name: string,
    readonly text: string,
  ) {}

  where(offset: number): Position {
    const starts = (this.#lineStarts ??= lineStartsOf(this.text));
    const line = countUpTo(starts, offset);
    return { path: this.name, line, column: offset - (starts[line - 1] ?? 0) + 1 };
  }
}

/** Lines as the YAML reader counts them: LF alone ends one. */
function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/**
 * The text in a profile's bytes; a byte order mark is dropped. Throws a Problem for more than
 * `profileSizeLimit` bytes, for bytes that are not UTF-8 (naming the first of them) and for an empty file.
 */
export function decodeSource(bytes: Uint8Array, name: string): SourceText {
  if (bytes.length > profileSizeLimit) throw tooLarge(name);
  const whole = utf8Text(bytes);
  if (whole === undefined) throw notUtf8(bytes, name);
  const text = withoutMark(whole);
  if (text.trim() === "") throw emptyProfile(name);
  return new SourceText(name, text);
}

export function tooLarge(name: string): Problem {
  return new Problem("profile-too-large", `profile is larger than ${mebibytes(profileSizeLimit)}`, {
    where: { path: name },
    hint: "give the profile itself; the archive and PIN files are only named in it",
  });
}

export function emptyProfile(name: string): Problem {
  return new Problem("profile-empty", "profile is empty", {
    where: { path: name },
    hint: "the README shows a profile to start from; knetctl schema prints a description of every key",
  });
}

function notUtf8(bytes: Uint8Array, name: string): Problem {
  const valid = utf8Prefix(bytes);
  const text = withoutMark(valid.text);
  return new Problem("profile-encoding", "profile is not UTF-8", {
    where: new SourceText(name, text).where(text.length),
    detail: `byte ${valid.bytes} is 0x${(bytes[valid.bytes] ?? 0).toString(16).padStart(2, "0")}`,
    hint: looksLikeUtf16(bytes) ? "the file looks like UTF-16; save it as UTF-8" : "save the file as UTF-8",
  });
}

function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}
