import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { Problem } from "../../problem/problem.js";
import { type Distribution, installHint } from "../distribution.js";
import type { Commands } from "../commands/command.js";
import { archiveContents, type ArchiveContents } from "./archive-contents.js";
import type { ArchiveEntry } from "./archive-entry.js";
import { copyArchive } from "./copy-archive.js";
import { decompressArchive } from "./decompress-archive.js";
import { inspectArchive } from "./inspect-archive.js";

export interface OpenedArchive extends ArchiveContents {
  /** Last component of the archive's path. */
  readonly name: string;
  readonly sha256: string;
  /** The private, plain tar that was inspected and is to be extracted. */
  readonly tar: string;
  readonly entries: readonly ArchiveEntry[];
}

export interface OpenArchiveOptions {
  /** Private folder of mode 0700 for the copy; the caller removes it. */
  readonly folder: string;
  /** The SHA-256 that the archive must have; without it, any archive is accepted. */
  readonly sha256?: string | undefined;
  readonly commands: Pick<Commands, "find">;
  /** Of this machine, for hints. */
  readonly distribution?: Distribution;
  readonly signal?: AbortSignal | undefined;
}

/** What brings the programs that unpack. */
const packages = { xz: { debian: "xz-utils", fedora: "xz" }, gzip: { debian: "gzip" } } as const;

/**
 * Opens an archive once, copies it into the private folder while hashing, compares the pinned SHA-256, and
 * inspects every entry of the copy without writing any. Only then is it returned. Throws a Problem
 * (`archive-…`), or Problems when several entries are refused; all name the archive's path.
 */
export async function openArchive(archive: string, options: OpenArchiveOptions): Promise<OpenedArchive> {
  const copy = join(options.folder, "archive");
  const { sha256, bytes } = await copyArchive(archive, copy, options.signal);
  if (options.sha256 !== undefined && options.sha256 !== sha256)
    throw checksumProblem(archive, options.sha256, sha256);
  const tar = await plainTar(archive, copy, bytes, options);
  const entries = await inspectArchive(tar, archive);
  return { name: basename(archive), sha256, tar, entries, ...archiveContents(entries, archive) };
}

/** The archive is another than the profile's. */
export function checksumProblem(archive: string, pinned: string, found: string): Problem {
  return new Problem("archive-checksum", "the archive is not the pinned one", {
    where: { path: archive },
    detail: `SHA-256 pinned: ${pinned}\nSHA-256 found:  ${found}`,
    hint:
      "get the archive again; where the vendor has published a new one, put its SHA-256 into " +
      "module.sha256",
  });
}

async function plainTar(
  archive: string,
  copy: string,
  bytes: number,
  options: OpenArchiveOptions,
): Promise<string> {
  const format = archiveFormat(await head(copy), archive);
  if (format === "tar") return copy;
  const program = options.commands.find(format);
  if (program === undefined)
    throw new Problem("archive-xz-missing", `${format} is not installed`, {
      where: { path: archive },
      detail: `the archive is compressed with ${format}`,
      hint: `${installHint(options.distribution ?? "other", packages[format])}, or use the .tar archive`,
    });
  const target = join(options.folder, "archive.tar");
  await decompressArchive({ format, program, packed: copy, bytes, target, archive });
  // the content must be a tar, not another compressed file
  if (archiveFormat(await head(target), archive) !== "tar")
    throw new Problem("archive-not-tar", "the file is not a tar archive", {
      where: { path: archive },
      detail: "it is compressed twice",
    });
  return target;
}

async function head(file: string): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

export type ArchiveFormat = "tar" | "gzip" | "xz";

const magics: readonly (readonly [hex: string, format: ArchiveFormat | undefined, name: string])[] = [
  ["1f8b", "gzip", "gzip"],
  ["fd377a585a00", "xz", "xz"],
  ["504b0304", undefined, "a zip archive"],
  ["425a68", undefined, "compressed with bzip2"],
  ["28b52ffd", undefined, "compressed with zstd"],
  ["377abcaf271c", undefined, "a 7z archive"],
  ["213c617263683e0a", undefined, "a Debian package or static library"],
  ["edabeedb", undefined, "an RPM package"],
  ["7f454c46", undefined, "an ELF program or library"],
];

/**
 * The format of a file according to its first bytes (512 suffice). The file's extension does not count: it
 * may say anything. Throws `archive-not-tar` with what it looks like instead.
 */
export function archiveFormat(head: Buffer, archive: string): ArchiveFormat {
  const known = magics.find(([hex]) => head.subarray(0, hex.length / 2).equals(Buffer.from(hex, "hex")));
  if (known?.[1] !== undefined) return known[1];
  if (known !== undefined)
    throw notTar(archive, `it is ${known[2]}`, "get the archive for Linux: .tar, .tar.gz or .tar.xz");
  if (looksLikeTar(head)) return "tar";
  if (/^[\s\uFEFF]*<(!doctype|html|\?xml|head|body|error)/i.test(head.toString("utf8")))
    throw notTar(
      archive,
      "it is a web page",
      "the download gave a login or error page; open the file in an editor to read it, then download again",
    );
  // never quoted: a wrong path may lead to a secret
  throw notTar(
    archive,
    looksLikeText(head) ? "it is a text file" : "its first bytes are not those of a tar, gzip or xz file",
    "check that module.archive names the vendor's archive, and get it again if it does",
  );
}

function notTar(archive: string, detail: string, hint: string): Problem {
  return new Problem("archive-not-tar", "the file is not a tar archive", {
    where: { path: archive },
    detail,
    hint,
  });
}

function looksLikeText(head: Buffer): boolean {
  return head.length > 0 && head.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}

/** The header's own checksum: the sum of its 512 bytes, its own field counted as spaces (POSIX ustar). */
function looksLikeTar(head: Buffer): boolean {
  if (head.length < 512) return false;
  const stored = Number.parseInt(head.toString("latin1", 148, 156).replace(/\0.*$/, "").trim(), 8);
  const sum = head
    .subarray(0, 512)
    .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  return sum === stored || head.subarray(0, 512).every((byte) => byte === 0);
}
