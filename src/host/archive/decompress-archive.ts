import type { ChildProcess } from "node:child_process";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { Problem } from "../../problem/problem.js";
import { ended, startChild } from "../commands/start-child.js";
import { archiveLimits } from "./archive-entry.js";
import { writeChunk } from "./copy-archive.js";
import { privateModes } from "../rights.js";

export interface Decompression {
  readonly format: "gzip" | "xz";
  /** Absolute path of gzip(1) or xz(1). */
  readonly program: string;
  /** The private copy, and its size in bytes. */
  readonly packed: string;
  readonly bytes: number;
  /** New file in the same private folder. */
  readonly target: string;
  /** The path of the archive, for Problems. */
  readonly archive: string;
}

/**
 * An xz file itself determines how much memory unpacking takes, up to 4 GiB; files made with `xz -9` need 65
 * MiB.
 */
const memoryLimit = "--memlimit-decompress=256MiB";

/**
 * Unpacks the copy with `gzip -dc` or `xz -dc` into a plain tar, never writing more than the limits allow.
 * These programs are used since, unlike Node's gunzip, they report bytes after the end. Problems:
 * `archive-bomb`, `archive-truncated`, `archive-trailing-bytes`, `archive-corrupt`, `archive-no-space`.
 */
export async function decompressArchive(work: Decompression): Promise<void> {
  const packed = await open(work.packed, "r");
  const target = await open(work.target, "wx", privateModes.file);
  const child = startChild(work.program, work.format === "xz" ? ["-dc", memoryLimit] : ["-dc"], {
    stdio: [packed.fd, "pipe", "pipe"],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  });
  try {
    const [, complaint, [exitCode]] = await Promise.all([
      store(child, target, work),
      complaintOf(child),
      ended(child),
    ]);
    if (exitCode !== 0) throw decompressionProblem(work, complaint);
  } finally {
    child.kill("SIGKILL");
    await packed.close();
    await target.close();
  }
}

async function store(child: ChildProcess, target: FileHandle, work: Decompression): Promise<void> {
  let bytes = 0;
  for await (const chunk of child.stdout ?? []) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (
      bytes > archiveLimits.bytes ||
      (bytes > archiveLimits.ratioFrom && bytes > work.bytes * archiveLimits.ratio)
    )
      throw new Problem("archive-bomb", "the archive unpacks to far more than it should", {
        where: { path: work.archive },
        detail:
          `${work.bytes} bytes unpack to more than ${bytes}; at most ${archiveLimits.bytes} are allowed, ` +
          `and ${archiveLimits.ratio} for each byte of the archive`,
        hint: "do not use this file; get the archive from the vendor",
      });
    await writeChunk(target, chunk, work.archive);
  }
}

async function complaintOf(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stderr ?? []) if (text.length < 2000) text += String(chunk);
  return text.trim();
}

function decompressionProblem(work: Decompression, complaint: string): Problem {
  const details = {
    where: { path: work.archive },
    detail: complaint,
    hint: "get the archive again: the download or copy went wrong",
  };
  if (/memory usage limit/i.test(complaint))
    return new Problem("archive-bomb", "the archive asks for more memory than it should", {
      ...details,
      hint: "do not use this file; get the archive from the vendor",
    });
  if (/unexpected end/i.test(complaint))
    return new Problem("archive-truncated", "the archive is cut off", details);
  if (/trailing garbage|format not recognized/i.test(complaint))
    return new Problem("archive-trailing-bytes", "something follows the end of the archive", details);
  return new Problem("archive-corrupt", "the archive is damaged", details);
}
