import { article } from "../files/trust.js";
import { open } from "node:fs/promises";
import { Parser } from "tar";
import type { ReadEntry } from "tar";
import { Problem, Problems } from "../../problem/problem.js";
import { archiveLimits, entryKind, namesOf } from "./archive-entry.js";
import type { ArchiveEntry, RawEntry } from "./archive-entry.js";
import { refusedBecause, refusedEntry, shownEntry } from "./entry-rules.js";
import { permissionBits } from "../mode-bits.js";

const block = 512;
const chunkBytes = 128 * block;

/**
 * Reads every header of a plain tar without writing anything. Returns its entries if all pass the rules, or
 * throws the Problem or Problems of those that do not. Also thrown: `archive-corrupt`, `archive-truncated`
 * (no end mark counts as cut off), `archive-trailing-bytes`, `archive-too-many-entries`. `tar` is a private
 * copy; `archive` the path to name.
 */
export async function inspectArchive(tar: string, archive: string): Promise<readonly ArchiveEntry[]> {
  const reader = new TarReader(archive);
  const file = await open(tar, "r");
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, null);
      if (bytesRead === 0) break;
      // the parser keeps parts of what it is given
      reader.take(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  } finally {
    await file.close();
  }
  const { entries, problems } = checkedEntries(reader.finish(), archive);
  const [first] = problems;
  if (first !== undefined) throw problems.length === 1 ? first : new Problems(problems);
  return entries;
}

/**
 * Feeds the parser block by block, so that the position of the end mark is known and what follows it can be
 * checked.
 */
class TarReader {
  readonly #archive: string;
  readonly #entries: RawEntry[] = [];
  readonly #parser: Parser;
  #ended = false;
  /** Of the entry that comes next. */
  #isSparse = false;
  #failure: Error | undefined;

  constructor(archive: string) {
    this.#archive = archive;
    this.#parser = new Parser({
      strict: true,
      onReadEntry: (entry) => {
        this.#add(entry);
        entry.resume();
      },
    });
    this.#parser.on("eof", () => (this.#ended = true));
    this.#parser.on("error", (error: Error) => (this.#failure ??= error));
    // POSIX headers of GNU tar's sparse files: the parser takes what follows for the file itself
    this.#parser.on("meta", (text: string) => (this.#isSparse ||= /^\d+ GNU\.sparse\./m.test(text)));
    this.#parser.on("ignoredEntry", (entry: ReadEntry) => {
      if (!entry.meta) this.#add(entry);
      // it is over 1 MiB, and the entry after it would lose its real name
      else this.#failure ??= new Error("an extended header is too large");
    });
  }

  #add(entry: ReadEntry): void {
    this.#entries.push({
      path: entry.path,
      type: this.#isSparse ? "SparseFile" : entry.type,
      mode: entry.mode ?? 0,
      size: entry.size,
      target: entry.linkpath === "" ? undefined : entry.linkpath,
    });
    this.#isSparse = false;
  }

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += block) {
      const part = chunk.subarray(at, at + block);
      if (this.#ended) this.#checkPadding(part);
      else this.#parser.write(part);
      if (this.#failure !== undefined)
        throw this.#problem("archive-corrupt", "the archive is damaged", this.#failure.message);
      if (this.#entries.length > archiveLimits.entries)
        throw this.#problem(
          "archive-too-many-entries",
          "the archive holds too many entries",
          `more than ${archiveLimits.entries}`,
        );
    }
  }

  finish(): readonly RawEntry[] {
    // it only reports at the end what it is still waiting for, such as the content of a header whose size
    // another header changed; it would also reject an empty archive
    if (this.#entries.length > 0) this.#parser.end();
    if (this.#failure !== undefined && this.#ended)
      throw this.#problem("archive-corrupt", "the archive is damaged", this.#failure.message);
    if (!this.#ended)
      throw this.#problem("archive-truncated", "the archive is cut off", "it has no end mark");
    return this.#entries;
  }

  #checkPadding(part: Buffer): void {
    if (!part.every((byte) => byte === 0))
      throw this.#problem(
        "archive-trailing-bytes",
        "something follows the end of the archive",
        "only zeros may follow the end mark",
      );
  }

  #problem(
    code: "archive-corrupt" | "archive-truncated" | "archive-trailing-bytes" | "archive-too-many-entries",
    title: string,
    detail: string,
  ): Problem {
    return new Problem(code, title, {
      where: { path: this.#archive },
      detail,
      hint: "get the archive again and compare its SHA-256 with the vendor's",
    });
  }
}

interface Seen {
  readonly path: string;
  readonly kind: ArchiveEntry["kind"];
}

/**
 * Checks every entry against the rules, by itself and together with the others: two entries must not mean one
 * file, even on a file system that folds case or normalises Unicode, and nothing may be below something that
 * is not a folder. Pure. Returns the entries that passed and a Problem for each of the others, at most
 * `archiveLimits.shownProblems`.
 */
function checkedEntries(
  raw: readonly RawEntry[],
  archive: string,
): { entries: ArchiveEntry[]; problems: Problem[] } {
  const seen = new Map<string, Seen>();
  const entries: ArchiveEntry[] = [];
  const problems: Problem[] = [];
  for (const entry of raw) {
    const problem = refusedEntry(entry, archive) ?? clash(entry, seen, archive);
    const kind = entryKind(entry.type);
    if (problem !== undefined) problems.push(problem);
    // the archive's own folder (`./`) stays as it was made: private
    else if (kind !== undefined && namesOf(entry.path).length > 0)
      entries.push({
        path: namesOf(entry.path).join("/"),
        kind,
        mode: entry.mode & permissionBits,
        size: entry.size,
      });
    if (problems.length >= archiveLimits.shownProblems) break;
  }
  return { entries, problems };
}

function clash(entry: RawEntry, seen: Map<string, Seen>, archive: string): Problem | undefined {
  const names = namesOf(entry.path);
  const refuse = (detail: string): Problem =>
    refusedBecause(archive, "archive-duplicate", "two entries stand for the same file", detail);
  for (let length = 1; length < names.length; length++) {
    const path = names.slice(0, length).join("/");
    const parent = seen.get(folded(path));
    if (parent === undefined) seen.set(folded(path), { path, kind: "folder" });
    else if (parent.path !== path) return refuse(`${shownEntry(path)} and ${shownEntry(parent.path)}`);
    else if (parent.kind !== "folder")
      return refuse(
        `${shownEntry(entry.path)} lies below ${shownEntry(parent.path)}, which is ${article[parent.kind]}`,
      );
  }
  const path = names.join("/");
  const kind = entryKind(entry.type);
  if (path === "" || kind === undefined) return undefined;
  const same = seen.get(folded(path));
  if (same !== undefined && !(same.path === path && kind === "folder" && same.kind === "folder"))
    return refuse(
      same.path === path
        ? `entry ${shownEntry(path)} occurs twice`
        : `${shownEntry(path)} and ${shownEntry(same.path)}`,
    );
  seen.set(folded(path), { path, kind });
  return undefined;
}

/** One spelling for all names that some file system treats as the same. */
function folded(path: string): string {
  return path.normalize("NFKC").toLowerCase().normalize("NFKC");
}
