import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { Problem } from "../../problem/problem.js";
import { installHint } from "../distribution.js";
import type { Distribution } from "../distribution.js";
import type { Commands } from "../host.js";
import { archiveContents } from "./archive-contents.js";
import type { ArchiveContents } from "./archive-contents.js";
import type { ArchiveEntry } from "./archive-entry.js";
import { archiveFormat } from "./archive-format.js";
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
  /** The SHA-256 that the archive must have; without it any will do. */
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

function checksumProblem(archive: string, pinned: string, found: string): Problem {
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
  // what was inside must be a tar itself, not one more wrapping
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
