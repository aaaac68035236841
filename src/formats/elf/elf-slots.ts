import { type ElfView, type Fetch, Malformed } from "./elf-symbols.js";
import {
  dynamicSegment,
  fileOffset,
  loadSegment,
  readDynamic,
  readSegments,
  readText,
} from "./elf-tables.js";
import { openView } from "./elf.js";

/** A place into which the dynamic loader writes the address of a symbol. */
export interface SymbolSlot {
  /** Relative to the file's first loaded byte. */
  readonly address: number;
  /** Index of the symbol, for `nameOf`. */
  readonly symbol: number;
}

export interface SymbolSlots {
  readonly slots: readonly SymbolSlot[];
  readonly nameOf: (symbol: number) => string;
}

const none: SymbolSlots = { slots: [], nameOf: () => "" };

const tag = {
  pltSize: 2,
  strtab: 5,
  symtab: 6,
  rela: 7,
  relaSize: 8,
  strsz: 10,
  rel: 17,
  relSize: 18,
  plt: 23,
  relaCount: 0x6ffffff9,
  relCount: 0x6ffffffa,
};
const pltKind = 20;

/**
 * The slots of a shared library: its relocations that name a symbol (System V ABI, chapter 5). Empty for a
 * file that is damaged. Throws a Problem (`elf-not-elf`). `fetch`: for a file that is not read as a whole.
 */
export function symbolSlots(bytes: Buffer, path: string, fetch?: Fetch): SymbolSlots {
  const view = openView(bytes, path, fetch);
  try {
    return readSlots(view);
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError) return none;
    throw error;
  }
}

/** The relocations that come first, as many as DT_RELACOUNT says, name none; in most files they are most. */
function readSlots(view: ElfView): SymbolSlots {
  const segments = readSegments(view);
  const dynamic = new Map(
    readDynamic(
      view,
      segments.find(({ type }) => type === dynamicSegment),
    ).map((entry) => [entry.tag, entry.value]),
  );
  const at = (wanted: number): number | undefined => {
    const address = dynamic.get(wanted);
    return address === undefined ? undefined : fileOffset(segments, address);
  };
  const size = (wanted: number): number => dynamic.get(wanted) ?? 0;
  const [symbols, strings] = [at(tag.symtab), at(tag.strtab)];
  if (symbols === undefined || strings === undefined) return none;
  const names = { start: strings, size: size(tag.strsz) };
  const first = segments.find(({ type }) => type === loadSegment)?.address ?? 0;
  const { addressOf, symbolOf } = relocationsIn(view);
  const slotsIn = (start: number | undefined, bytes: number, width: number, relative = 0): SymbolSlot[] => {
    const slots: SymbolSlot[] = [];
    if (start === undefined) return slots;
    view.fetch(start + relative * width, bytes - relative * width);
    for (let entry = start + relative * width; entry + width <= start + bytes; entry += width) {
      const symbol = symbolOf(entry);
      if (symbol !== 0) slots.push({ address: addressOf(entry) - first, symbol });
    }
    return slots;
  };
  const [withAddend, without] = [view.pick(12, 24), view.pick(8, 16)];
  return {
    slots: [
      ...slotsIn(at(tag.rela), size(tag.relaSize), withAddend, size(tag.relaCount)),
      ...slotsIn(at(tag.rel), size(tag.relSize), without, size(tag.relCount)),
      ...slotsIn(at(tag.plt), size(tag.pltSize), dynamic.get(pltKind) === tag.rel ? without : withAddend),
    ],
    nameOf: (symbol) => {
      view.fetch(names.start, names.size);
      return readText(view, names, view.u32(symbols + symbol * view.pick(16, 24)));
    },
  };
}

/**
 * r_offset of a relocation that has been fetched, and r_info's index into the symbol table, which is 0 if it
 * names none. There may be tens of thousands: a DataView is what V8 reads fastest.
 */
function relocationsIn({ bytes, bits, little }: ElfView): {
  readonly addressOf: (entry: number) => number;
  readonly symbolOf: (entry: number) => number;
} {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bits === 32)
    return {
      addressOf: (entry) => file.getUint32(entry, little),
      symbolOf: (entry) => file.getUint32(entry + 4, little) >>> 8,
    };
  const [low, high, symbol] = little ? [0, 4, 12] : [4, 0, 8];
  return {
    addressOf: (entry) =>
      file.getUint32(entry + high, little) * 2 ** 32 + file.getUint32(entry + low, little),
    symbolOf: (entry) => file.getUint32(entry + symbol, little),
  };
}
