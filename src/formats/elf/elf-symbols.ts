/** File offsets of the tables in which the dynamic loader looks up symbols. */
export interface SymbolTables {
  readonly gnuHash: number | undefined;
  readonly hash: number | undefined;
  readonly symbols: number | undefined;
  readonly text: (index: number) => string;
}

/**
 * Whether the file defines the symbol, looked up by hash as the loader does. False if the tables are damaged.
 */
export function definesSymbol(view: ElfView, tables: SymbolTables, name: string): boolean {
  const { symbols } = tables;
  if (symbols === undefined) return false;
  const width = view.pick(16, 24);
  const matches = (index: number): boolean =>
    tables.text(view.u32(symbols + index * width)) === name &&
    view.u16(symbols + index * width + view.pick(14, 6)) !== 0;
  try {
    return [...candidates(view, tables, name)].some(matches);
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError) return false;
    throw error;
  }
}

/** Indexes of the symbols in the name's hash bucket. */
function* candidates(view: ElfView, { gnuHash, hash }: SymbolTables, name: string): Generator<number> {
  if (gnuHash !== undefined) {
    const [buckets, firstSymbol, bloomWords] = [
      view.u32(gnuHash),
      view.u32(gnuHash + 4),
      view.u32(gnuHash + 8),
    ];
    if (buckets === 0) return;
    const bucketsAt = gnuHash + 16 + bloomWords * view.pick(4, 8);
    const chains = bucketsAt + buckets * 4;
    let index = view.u32(bucketsAt + (gnuHashOf(name) % buckets) * 4);
    for (let steps = 0; index >= firstSymbol && index !== 0 && steps < mostEntries; steps++, index++) {
      yield index;
      if ((view.u32(chains + (index - firstSymbol) * 4) & 1) === 1) return;
    }
    return;
  }
  if (hash === undefined) return;
  const buckets = view.u32(hash);
  if (buckets === 0) return;
  let index = view.u32(hash + 8 + (systemVHashOf(name) % buckets) * 4);
  for (let steps = 0; index !== 0 && steps < mostEntries; steps++) {
    yield index;
    index = view.u32(hash + 8 + (buckets + index) * 4);
  }
}

function gnuHashOf(name: string): number {
  return Buffer.from(name).reduce((sum, byte) => (Math.imul(sum, 33) + byte) >>> 0, 5381);
}

function systemVHashOf(name: string): number {
  return Buffer.from(name).reduce((sum, byte) => {
    const shifted = ((sum << 4) >>> 0) + byte;
    const high = shifted & 0xf0000000;
    return ((shifted ^ (high >>> 24)) & ~high) >>> 0;
  }, 0);
}

/** The file contradicts itself or the format; the message says how. */
export class Malformed extends Error {}

/** More entries than this in one table mean a loop or nonsense. */
export const mostEntries = 65_536;

/** Fetches bytes of a file that is not read as a whole; those outside it are not its business. */
export type Fetch = (at: number, count: number) => void;

/** Reads numbers in the file's byte order and width. Reading past the end throws a RangeError. */
export class ElfView {
  constructor(
    readonly bytes: Buffer,
    readonly bits: 32 | 64,
    readonly little: boolean,
    readonly fetch: Fetch = () => undefined,
  ) {}

  u16(at: number): number {
    this.fetch(at, 2);
    return this.little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  u32(at: number): number {
    this.fetch(at, 4);
    return this.little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  /** An address or size. One above 2^53 loses digits, but is outside any file in any case. */
  word(at: number): number {
    if (this.bits === 32) return this.u32(at);
    const [low, high] = this.little ? [at, at + 4] : [at + 4, at];
    return this.u32(high) * 2 ** 32 + this.u32(low);
  }

  /** The offset is `narrow` bytes in a 32-bit record, `wide` bytes in a 64-bit one. */
  pick(narrow: number, wide: number): number {
    return this.bits === 32 ? narrow : wide;
  }
}
