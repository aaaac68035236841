import { gzipSync } from "node:zlib";
import { Header } from "tar";

export interface ArchivedFile {
  /** Relative, at most 100 bytes. */
  readonly name: string;
  readonly content: Uint8Array;
}

const blockBytes = 512;

/** A `.tar.gz` (ustar, POSIX.1-1988) of files that belong to root and are nobody else's to read. */
export function tarArchive(files: readonly ArchivedFile[], time: Date): Buffer {
  const blocks = files.flatMap(({ name, content }) => [
    headerOf(name, content.length, time),
    content,
    Buffer.alloc(-content.length & (blockBytes - 1)),
  ]);
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]));
}

function headerOf(path: string, size: number, mtime: Date): Buffer {
  const block = Buffer.alloc(blockBytes);
  const needsMore = new Header({ path, size, mtime, mode: 0o600, uid: 0, gid: 0, type: "File" }).encode(
    block,
  );
  if (needsMore) throw new Error(`the name does not fit into a header: ${path}`);
  return block;
}
