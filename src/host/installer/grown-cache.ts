import { type CacheEntry, cacheEntries, extensionOf } from "./loader-cache.js";

type ByteOrder = "little" | "big";

/**
 * Whether a loader cache is the one that ldconfig(8) makes of another one when the files at these paths have
 * come: of every other library it says the same, in the same order; each that came has its own name, which no
 * other has, and stands where the loader looks for it. False for whatever this does not know: other formats,
 * variants for newer processors (glibc-hwcaps). Pure.
 */
export function isGrown(
  before: Buffer,
  after: Buffer,
  came: ReadonlySet<string>,
  byteOrder: ByteOrder,
): boolean {
  const [was, is] = [wholeCache(before, byteOrder), wholeCache(after, byteOrder)];
  if (was === undefined || is === undefined || was.maker !== is.maker) return false;
  const isOther = ({ path }: CacheEntry): boolean => !came.has(path);
  const others = was.entries.filter(isOther);
  const still = is.entries.filter(isOther);
  const [names, flags] = [new Set(others.map(({ name }) => name)), new Set(others.map((one) => one.flags))];
  const grown = is.entries.filter(({ path }) => came.has(path));
  return (
    others.length === still.length &&
    others.every((entry, index) => isSame(entry, still[index])) &&
    new Set(grown.map(({ name }) => name)).size === grown.length &&
    grown.every((one) => !names.has(one.name) && flags.has(one.flags) && one.path.endsWith(`/${one.name}`)) &&
    is.entries.every((entry, index) => {
      const next = is.entries[index + 1];
      // the others are in their order already
      return next === undefined || (isOther(entry) && isOther(next)) || order(entry.name, next.name) >= 0;
    })
  );
}

interface WholeCache {
  readonly entries: readonly CacheEntry[];
  /** What ldconfig says of itself. */
  readonly maker: string;
}

/** Undefined if there is more in it, or less, than plain entries and what ldconfig says of itself. */
function wholeCache(bytes: Buffer, byteOrder: ByteOrder): WholeCache | undefined {
  const entries = cacheEntries(bytes, byteOrder);
  const maker = extensionOf(bytes, byteOrder);
  const isPlain = entries.every(({ name, isVariant }) => !isVariant && /^[\x20-\x7e]+$/.test(name));
  return isPlain && entries.length > 0 && maker !== undefined ? { entries, maker } : undefined;
}

function isSame(left: CacheEntry, right: CacheEntry | undefined): boolean {
  return left.name === right?.name && left.path === right.path && left.flags === right.flags;
}

/**
 * How the loader orders names, the greatest first, to find them (glibc's _dl_cache_libcmp): digits count as
 * numbers, and are greater than all else. Above 0: the left one comes first.
 */
function order(left: string, right: string): number {
  const [some, others] = [partsOf(left), partsOf(right)];
  for (const [index, part] of some.entries()) {
    const other = others[index];
    if (other === undefined) return 1;
    const [isNumber, isOtherNumber] = [/^\d/.test(part), /^\d/.test(other)];
    if (isNumber !== isOtherNumber) return isNumber ? 1 : -1;
    const difference = isNumber ? Number(part) - Number(other) : part.charCodeAt(0) - other.charCodeAt(0);
    if (difference !== 0) return difference;
  }
  return some.length - others.length;
}

function partsOf(name: string): readonly string[] {
  return name.match(/\d+|\D/g) ?? [];
}
