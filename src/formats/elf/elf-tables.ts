import { type ElfView, Malformed, mostEntries } from "./elf-symbols.js";

export const loadSegment = 1;
export const dynamicSegment = 2;
export const interpreterSegment = 3;

/** A program header. */
export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

export function readSegments(view: ElfView): readonly Segment[] {
  const start = view.word(view.pick(28, 32));
  const size = view.u16(view.pick(42, 54));
  const count = view.u16(view.pick(44, 56));
  if (size < view.pick(32, 56)) throw new Malformed("the program headers have no room for their fields");
  const segments = Array.from({ length: count }, (_, index): Segment => {
    const at = start + index * size;
    return {
      type: view.u32(at),
      offset: view.word(at + view.pick(4, 8)),
      address: view.word(at + view.pick(8, 16)),
      size: view.word(at + view.pick(16, 32)),
    };
  });
  const end = Math.max(0, ...segments.filter((s) => s.type === loadSegment).map((s) => s.offset + s.size));
  if (end > view.bytes.length)
    throw new Malformed(`the file has ${view.bytes.length} of the ${end} bytes its header promises`);
  return segments;
}

/** The entries of the dynamic section, without the one that ends it. */
export function readDynamic(
  view: ElfView,
  segment: Segment | undefined,
): { readonly tag: number; readonly value: number }[] {
  const entries: { tag: number; value: number }[] = [];
  if (segment === undefined) return entries;
  const width = view.pick(8, 16);
  for (
    let at = segment.offset;
    at + width <= segment.offset + segment.size && entries.length < mostEntries;
    at += width
  ) {
    const entry = { tag: view.word(at), value: view.word(at + width / 2) };
    if (entry.tag === 0) break;
    entries.push(entry);
  }
  return entries;
}

/** The name at an index of a string table. */
export function readText(
  view: ElfView,
  table: { start: number; size: number } | undefined,
  index: number,
): string {
  if (table === undefined || index >= table.size) throw new Malformed("a name is outside the string table");
  const end = view.bytes.indexOf(0, table.start + index);
  if (end < 0 || end >= table.start + table.size) throw new Malformed("a name is not terminated");
  return view.bytes.toString("utf8", table.start + index, end);
}

/** Where in the file the byte is that the loader puts at `address`. */
export function fileOffset(segments: readonly Segment[], address: number): number {
  const home = segments.find(
    (s) => s.type === loadSegment && address >= s.address && address < s.address + s.size,
  );
  if (home === undefined) throw new Malformed(`address 0x${address.toString(16)} is in no segment`);
  return address - home.address + home.offset;
}
