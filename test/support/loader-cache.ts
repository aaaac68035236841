/** A library in a cache of the dynamic loader; a plain one of this system unless said otherwise. */
export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly flags?: number;
  /** For which processors it is. */
  readonly variant?: number;
}

export interface Cache {
  readonly entries: readonly Entry[];
  readonly maker?: string;
  /** What kind of text the maker's is said to be. */
  readonly tag?: number;
}

/** A cache as ldconfig(8) writes it (glibc's dl-cache.h), little-endian. */
export function cacheOf({ entries, maker = "ldconfig 2", tag = 0 }: Cache): Buffer {
  const texts = entries.flatMap(({ name, path }) => [`${name}\0`, `${path}\0`]);
  const start = 48 + 24 * entries.length;
  const extension = start + texts.join("").length;
  const header = Buffer.alloc(48);
  header.write("glibc-ld.so.cache1.1");
  header.writeUInt32LE(entries.length, 20);
  header.writeUInt32LE(texts.join("").length, 24);
  header.writeUInt32LE(extension, 32);
  const places = texts.map((_, index) => start + texts.slice(0, index).join("").length);
  const rows = entries.map(({ flags = 0x303, variant = 0 }, index) => {
    const row = Buffer.alloc(24);
    row.writeUInt32LE(flags, 0);
    row.writeUInt32LE(places[2 * index] ?? 0, 4);
    row.writeUInt32LE(places[2 * index + 1] ?? 0, 8);
    row.writeUInt32LE(variant, 16);
    return row;
  });
  const section = Buffer.alloc(24);
  for (const [index, value] of [0xeaa42174, 1, tag, 0, extension + 24, maker.length].entries())
    section.writeUInt32LE(value, 4 * index);
  return Buffer.concat([header, ...rows, Buffer.from(texts.join("")), section, Buffer.from(maker)]);
}
