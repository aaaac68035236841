/** The file contradicts itself or the format; the message says how. */
export class Malformed extends Error {}

/** More entries than this in one table is a loop or nonsense. */
export const mostEntries = 65_536;

/** Numbers of the file's own byte order and width. Reading past the end throws a RangeError. */
export class ElfView {
  constructor(
    readonly bytes: Buffer,
    readonly bits: 32 | 64,
    readonly little: boolean,
  ) {}

  u16(at: number): number {
    return this.little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  u32(at: number): number {
    return this.little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  /** An address or size. One above 2^53 loses digits, and lies outside any file in either case. */
  word(at: number): number {
    if (this.bits === 32) return this.u32(at);
    return Number(this.little ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at));
  }

  /** `narrow` bytes into a record of 32 bits, `wide` into one of 64. */
  pick(narrow: number, wide: number): number {
    return this.bits === 32 ? narrow : wide;
  }
}
