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
  const cache = openCache(bytes, byteOrder);
  if (cache === undefined) return [];
  const { u32 } = cache;
  const entries: CacheEntry[] = [];
  for (let at = headerBytes; at < cache.end; at += entryBytes) {
    const [name, path] = [cache.text(u32(at + 4)), cache.text(u32(at + 8))];
    const isVariant = u32(at + 12) !== 0 || u32(at + 16) !== 0 || u32(at + 20) !== 0;
    if (name !== undefined && path !== undefined) entries.push({ name, path, flags: u32(at), isVariant });
  }
  return entries;
}

/**
 * Tells the paths that `parseLoaderCache` has for a name: there are thousands of names, of which few are
 * asked for.
 */
export function cachedLibraries(bytes: Buffer, byteOrder: ByteOrder): (name: string) => readonly string[] {
  const cache = openCache(bytes, byteOrder);
  if (cache === undefined) return () => [];
  return (name) => {
    const places = placesOf(`${Buffer.from(name).toString("latin1")}\0`, cache.texts);
    const paths: string[] = [];
    if (places.size === 0) return paths;
    for (let at = headerBytes; at < cache.end; at += entryBytes) {
      const path = places.has(cache.u32(at + 4)) ? cache.text(cache.u32(at + 8)) : undefined;
      if (path !== undefined) paths.push(path);
    }
    return paths;
  };
}

/** All places where a text stands in another: what is before it there can begin a longer name. */
function placesOf(text: string, texts: string): ReadonlySet<number> {
  const places = new Set<number>();
  for (let at = texts.indexOf(text); at >= 0; at = texts.indexOf(text, at + 1)) places.add(at);
  return places;
}

interface Cache {
  readonly u32: (at: number) => number;
  /** Where its entries end. */
  readonly end: number;
  /** A character for each byte: decoding each name takes longer than finding it. */
  readonly texts: string;
  /** The text at a place of them; undefined where there is none. */
  text(at: number): string | undefined;
}

function openCache(bytes: Buffer, byteOrder: ByteOrder): Cache | undefined {
  const start = bytes.indexOf(magic, 0, "latin1");
  if (start < 0 || bytes.length < start + headerBytes) return undefined;
  const cache = bytes.subarray(start);
  const u32 = numbersOf(cache, byteOrder);
  const texts = cache.toString("latin1");
  const room = Math.floor((cache.length - headerBytes) / entryBytes);
  return {
    u32,
    end: headerBytes + Math.min(u32(magic.length), room) * entryBytes,
    texts,
    text: (at) => {
      const end = texts.indexOf("\0", at);
      return at < texts.length && end >= 0 ? utf8(texts.slice(at, end)) : undefined;
    },
  };
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
