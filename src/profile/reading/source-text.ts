import { countUpTo } from "../../formats/text/text-position.js";
import { sizeLimits } from "../../host/size-limits.js";
import { Problem } from "../../problem/problem.js";

/** The size of the largest profile that is read, in bytes: 5 MiB. */
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
  const text = decoded(bytes);
  if (text === undefined) throw notUtf8(bytes, name);
  if (text.trim() === "") throw emptyProfile(name);
  return new SourceText(name, text);
}

export function tooLarge(name: string): Problem {
  return new Problem("profile-too-large", "profile is larger than 5 MiB", {
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

function decoded(bytes: Uint8Array, partial = false): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: partial });
  } catch (error) {
    // what the Encoding standard lets a fatal decoder throw
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function notUtf8(bytes: Uint8Array, name: string): Problem {
  const valid = validPrefix(bytes);
  const before = new SourceText(name, valid.text);
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return new Problem("profile-encoding", "profile is not UTF-8", {
    where: before.where(valid.text.length),
    detail: `byte ${valid.bytes} is 0x${(bytes[valid.bytes] ?? 0).toString(16).padStart(2, "0")}`,
    hint: utf16 ? "the file looks like UTF-16; save it as UTF-8" : "save the file as UTF-8",
  });
}

/**
 * The longest prefix of the bytes that is valid UTF-8: found by bisection, since the decoder does not say
 * where it failed.
 */
function validPrefix(bytes: Uint8Array): { readonly text: string; readonly bytes: number } {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (decoded(bytes.subarray(0, middle), true) === undefined) bad = middle;
    else good = middle;
  }
  const text = decoded(bytes.subarray(0, good), true) ?? "";
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return { text, bytes: mark + Buffer.byteLength(text) };
}
