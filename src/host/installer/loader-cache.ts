/** A line of `ldconfig -p`: a library's name and where the dynamic loader takes it from. */
export interface CachedLibrary {
  readonly name: string;
  readonly path: string;
}

/** All that is said of one. */
export interface CacheEntry extends CachedLibrary {
  /** Its kind of library (dl-cache.h, FLAG_…). */
  readonly flags: number;
  /** Whether it is for some systems or processors only. */
  readonly isVariant: boolean;
}

type ByteOrder = "little" | "big";

const magic = "glibc-ld.so.cache1.1";
const headerBytes = 48;
const entryBytes = 24;

/**
 * The entries of /etc/ld.so.cache in glibc's new format (dl-cache.h; also behind one of the old format), in
 * their order of preference. A file of another format, or a damaged one, has none: the loader then searches
 * the default folders alone, and so do we.
 */
export function parseLoaderCache(bytes: Buffer, byteOrder: ByteOrder): readonly CachedLibrary[] {
  return cacheEntries(bytes, byteOrder).map(({ name, path }) => ({ name, path }));
}

/** The same, with all that is said of them. */
export function cacheEntries(bytes: Buffer, byteOrder: ByteOrder): readonly CacheEntry[] {
  const start = bytes.indexOf(magic, 0, "latin1");
  if (start < 0 || bytes.length < start + headerBytes) return [];
  const cache = bytes.subarray(start);
  const u32 = numbersOf(cache, byteOrder);
  // a character for each byte: there are thousands of names, and decoding each takes longer than finding it
  const texts = cache.toString("latin1");
  const text = (at: number): string | undefined => {
    const end = texts.indexOf("\0", at);
    return at < texts.length && end >= 0 ? utf8(texts.slice(at, end)) : undefined;
  };
  const room = Math.floor((cache.length - headerBytes) / entryBytes);
  const count = Math.min(u32(magic.length), room);
  const entries: CacheEntry[] = [];
  for (let index = 0; index < count; index++) {
    const at = headerBytes + index * entryBytes;
    const [name, path] = [text(u32(at + 4)), text(u32(at + 8))];
    const isVariant = u32(at + 12) !== 0 || u32(at + 16) !== 0 || u32(at + 20) !== 0;
    if (name !== undefined && path !== undefined) entries.push({ name, path, flags: u32(at), isVariant });
  }
  return entries;
}

const extensionAt = 32;
const extensionMagic = 0xeaa42174;
const makersTag = 0;

/**
 * What ldconfig says of itself in a cache of the new format alone; empty if it says nothing there. Undefined
 * for a cache that is not whole, or tells something else beside its entries.
 */
export function extensionOf(bytes: Buffer, byteOrder: ByteOrder): string | undefined {
  if (bytes.length < headerBytes || bytes.toString("latin1", 0, magic.length) !== magic) return undefined;
  const u32 = numbersOf(bytes, byteOrder);
  const at = u32(extensionAt);
  if (at === 0) return "";
  if (at + 24 > bytes.length || u32(at) !== extensionMagic || u32(at + 4) !== 1) return undefined;
  const [start, size] = [u32(at + 16), u32(at + 20)];
  if (u32(at + 8) !== makersTag || start + size > bytes.length) return undefined;
  return bytes.toString("latin1", start, start + size);
}

function numbersOf(bytes: Buffer, byteOrder: ByteOrder): (at: number) => number {
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return (at) => numbers.getUint32(at, byteOrder === "little");
}

/** What the bytes say, each of which is a character here. */
function utf8(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
}
