/** A line of `ldconfig -p`: a library's name and where the dynamic loader takes it from. */
export interface CachedLibrary {
  readonly name: string;
  readonly path: string;
}

const magic = "glibc-ld.so.cache1.1";
const headerBytes = 48;
const entryBytes = 24;

/**
 * The entries of /etc/ld.so.cache in glibc's new format (dl-cache.h; also behind one of the old format), in
 * their order of preference. A file of another format, or a damaged one, has none: the loader then searches
 * the default folders alone, and so do we.
 */
export function parseLoaderCache(bytes: Buffer, byteOrder: "little" | "big"): readonly CachedLibrary[] {
  const start = bytes.indexOf(magic, 0, "latin1");
  if (start < 0 || bytes.length < start + headerBytes) return [];
  const cache = bytes.subarray(start);
  const numbers = new DataView(cache.buffer, cache.byteOffset, cache.length);
  const u32 = (at: number): number => numbers.getUint32(at, byteOrder === "little");
  // a character for each byte: there are thousands of names, and decoding each takes longer than finding it
  const texts = cache.toString("latin1");
  const text = (at: number): string | undefined => {
    const end = texts.indexOf("\0", at);
    return at < texts.length && end >= 0 ? utf8(texts.slice(at, end)) : undefined;
  };
  const room = Math.floor((cache.length - headerBytes) / entryBytes);
  const count = Math.min(u32(magic.length), room);
  const entries: CachedLibrary[] = [];
  for (let index = 0; index < count; index++) {
    const at = headerBytes + index * entryBytes;
    const [name, path] = [text(u32(at + 4)), text(u32(at + 8))];
    if (name !== undefined && path !== undefined) entries.push({ name, path });
  }
  return entries;
}

/** What the bytes say, each of which is a character here. */
function utf8(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
}
