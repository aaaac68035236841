import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { endianness } from "node:os";
import { symbolSlots, type SymbolSlots } from "../../formats/elf/elf-slots.js";
import { isCode, loadedLibraries, mappedFiles, type Mapping } from "./mapped-files.js";
import { foreignCode, type Range } from "./program-code.js";

/** A library, and the symbols that it takes from node. */
export interface Misbound {
  readonly library: string;
  readonly symbols: readonly string[];
}

/**
 * Which of the libraries that were loaded since `before` call functions of node, or of the OpenSSL, zlib and
 * others that came with it and that they did not ask for. Seen in their slots for the addresses of symbols,
 * where the dynamic loader has written what it found: in an application, it would have found the system's
 * libraries.
 */
export function misbound(before: ReadonlySet<string>): readonly Misbound[] {
  const memory = openSync("/proc/self/mem", "r");
  try {
    const files = mappedFiles();
    const code = foreignCode(files, before);
    return loadedLibraries().flatMap((library) => {
      if (before.has(library)) return [];
      const isNodes = wordsOf(memory, files.get(library) ?? [], code(library));
      const { slots, nameOf } = slotsOf(library);
      const symbols = slots.filter(({ address }) => isNodes(address)).map(({ symbol }) => nameOf(symbol));
      return symbols.length === 0 ? [] : [{ library, symbols }];
    });
  } finally {
    closeSync(memory);
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

/** Whether the word at a relative address of a mapped file leads into one of the ranges. */
function wordsOf(
  memory: number,
  mappings: readonly Mapping[],
  ranges: readonly Range[],
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
    return ranges.some(({ start, end }) => value >= start && value < end);
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
