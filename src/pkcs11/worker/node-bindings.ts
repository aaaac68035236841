import { closeSync, openSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { endianness } from "node:os";
import { sectionNamed } from "../../formats/elf/elf-sections.js";
import { symbolSlots, type SymbolSlots } from "../../formats/elf/elf-slots.js";
import { isCode, loadedLibraries, mappedFiles, type Mapping } from "./mapped-files.js";

/** A library, and the symbols that it takes from node. */
export interface Misbound {
  readonly library: string;
  readonly symbols: readonly string[];
}

/**
 * Which of the libraries that were loaded since `before` call functions of node's own copies of OpenSSL, zlib
 * and others. Seen in their slots for the addresses of symbols, where the dynamic loader has written what it
 * found: in an application, it would have found the system's libraries.
 */
export function misbound(before: ReadonlySet<string>): readonly Misbound[] {
  const memory = openSync("/proc/self/mem", "r");
  try {
    const files = mappedFiles();
    const code = nodeCode(files);
    return loadedLibraries().flatMap((library) => {
      if (before.has(library)) return [];
      const isNodes = wordsOf(memory, files.get(library) ?? [], code);
      const { slots, nameOf } = slotsOf(library);
      const symbols = slots.filter(({ address }) => isNodes(address)).map(({ symbol }) => nameOf(symbol));
      return symbols.length === 0 ? [] : [{ library, symbols }];
    });
  } finally {
    closeSync(memory);
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The program's own functions. Its table of jumps is left out: in a program with fixed addresses, it is what
 * every library gets as the address of `free` and others that the program uses, and it leads to the C
 * library.
 */
function nodeCode(files: ReadonlyMap<string, readonly Mapping[]>): Range {
  const mappings = files.get(readlinkSync("/proc/self/exe")) ?? [];
  const program = openSync("/proc/self/exe", "r");
  try {
    const text = sectionNamed(".text", (offset, size) => readAt(program, offset, size));
    const start = mappings.find(isCode)?.start ?? 0;
    const end = mappings.findLast(isCode)?.end ?? 0;
    if (text === undefined) return { start, end };
    // an address below the code is relative to where a position-independent program was put
    const base = text.address >= start ? 0 : (mappings[0]?.start ?? 0);
    return { start: base + text.address, end: base + text.address + text.size };
  } finally {
    closeSync(program);
  }
}

function slotsOf(library: string): SymbolSlots {
  try {
    return symbolSlots(readFileSync(library), library);
  } catch {
    // not a library, or not there any more
    return { slots: [], nameOf: () => "" };
  }
}

/** Whether the word at a relative address of a mapped file leads into a range. */
function wordsOf(
  memory: number,
  mappings: readonly Mapping[],
  { start, end }: Range,
): (address: number) => boolean {
  const base = mappings[0]?.start ?? 0;
  const parts = mappings
    .filter((mapping) => !isCode(mapping) && mapping.rights.startsWith("r"))
    .map((mapping) => ({
      mapping,
      bytes: once(() => readAt(memory, mapping.start, mapping.end - mapping.start)),
    }));
  return (address) => {
    const at = base + address;
    const part = parts.find(({ mapping }) => at >= mapping.start && at + wordSize <= mapping.end);
    if (part === undefined) return false;
    const value = word(part.bytes(), at - part.mapping.start);
    return value >= start && value < end;
  };
}

/** Node runs on 64-bit machines, and on 32-bit ARM. */
const wordSize = process.arch === "arm" || process.arch === "ia32" ? 4 : 8;

function word(bytes: Buffer, at: number): number {
  const isLittle = endianness() === "LE";
  if (wordSize === 4) return isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
}

function readAt(descriptor: number, offset: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, size, offset));
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
