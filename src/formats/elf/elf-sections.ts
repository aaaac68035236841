import { ElfView } from "./elf-symbols.js";

/** Where the loader puts a section, relative to the addresses in the file. */
export interface Section {
  readonly address: number;
  readonly size: number;
}

/** Reads `size` bytes of the file from `offset` on; fewer at its end. */
export type ReadAt = (offset: number, size: number) => Buffer;

/**
 * A section of an ELF file by its name, read without the rest of the file. Undefined if it is not there, as
 * after sstrip(1), or if the file is damaged.
 */
export function sectionNamed(name: string, read: ReadAt): Section | undefined {
  try {
    const view = (bytes: Buffer): ElfView => new ElfView(bytes, start[4] === 1 ? 32 : 64, start[5] !== 2);
    const start = read(0, 64);
    const header = view(start);
    const [width, count] = [header.u16(header.pick(46, 58)), header.u16(header.pick(48, 60))];
    const sections = view(read(header.word(header.pick(32, 40)), width * count));
    const field = (section: number, narrow: number, wide: number): number =>
      sections.word(section * width + sections.pick(narrow, wide));
    const namesAt = header.u16(header.pick(50, 62));
    const names = read(field(namesAt, 16, 24), field(namesAt, 20, 32));
    const found = Array.from({ length: count }, (_, section) => section).find((section) => {
      const from = sections.u32(section * width);
      return names.toString("latin1", from, names.indexOf(0, from)) === name;
    });
    return found === undefined ? undefined : { address: field(found, 12, 16), size: field(found, 20, 32) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
