import { constants, readlinkSync, readSync } from "node:fs";
import { endianness } from "node:os";
import { basename } from "node:path";
import { sectionNamed } from "../../formats/elf/elf-sections.js";
import { symbolSlots, type SymbolSlot } from "../../formats/elf/elf-slots.js";
import type { Fetch } from "../../formats/elf/elf-symbols.js";
import { parseElfNeeded } from "../../formats/elf/elf.js";
import { roomFor, type Room } from "../../formats/elf/fetched-pages.js";
import { withDescriptor } from "../../host/files/descriptor.js";
import { lookAtLibrary } from "./library-parts.js";
import { isCode, loadedLibraries, mappedFiles, type Mapping } from "./mapped-files.js";

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
  return withDescriptor("/proc/self/mem", constants.O_RDONLY, (memory) => {
    const files = mappedFiles();
    const room = roomFor();
    const code = foreignCode(files, before, room);
    return loadedLibraries(files).flatMap((library) => {
      if (before.has(library)) return [];
      const isNodes = wordsOf(memory, files.get(library) ?? [], code(library));
      const found = slotsOf(library, room).filter(({ address }) => isNodes(address));
      return found.length === 0 ? [] : [{ library, symbols: namesOf(found, library, room) }];
    });
  });
}

function slotsOf(library: string, room: Room): readonly SymbolSlot[] {
  const look = (bytes: Buffer, fetch: Fetch) => symbolSlots(bytes, library, fetch).slots;
  return lookAtLibrary(library, room, look) ?? [];
}

/** Read in a second look: it is seldom that any are asked for. */
function namesOf(found: readonly SymbolSlot[], library: string, room: Room): readonly string[] {
  const names = lookAtLibrary(library, room, (bytes, fetch) => {
    const { nameOf } = symbolSlots(bytes, library, fetch);
    return found.map(({ symbol }) => nameOf(symbol));
  });
  return names ?? [];
}

/** Whether the word at a relative address of a mapped file leads into one of the ranges. */
function wordsOf(
  memory: number,
  mappings: readonly Mapping[],
  ranges: readonly Range[],
): (address: number) => boolean {
  const base = mappings[0]?.start ?? 0;
  const lowest = Math.min(...ranges.map(({ start }) => start));
  const parts = mappings
    .filter((mapping) => !isCode(mapping) && mapping.rights.startsWith("r"))
    .map(({ start, end }) => ({ start, end, word: once(() => wordsAt(memory, start, end - start)) }));
  return (address) => {
    const at = base + address;
    const part = parts.find(({ start, end }) => at >= start && at + wordSize <= end);
    if (part === undefined) return false;
    const value = part.word()(at - part.start);
    return value >= lowest && ranges.some(({ start, end }) => value >= start && value < end);
  };
}

/** Node runs on 64-bit machines, and on 32-bit ARM. */
const wordSize = process.arch === "arm" || process.arch === "ia32" ? 4 : 8;

/** Of memory that is read once: the word at a distance from its beginning. */
function wordsAt(memory: number, from: number, size: number): (distance: number) => number {
  const bytes = new DataView(new ArrayBuffer(size));
  readSync(memory, bytes, 0, size, from);
  const isLittle = endianness() === "LE";
  if (wordSize === 4) return (distance) => bytes.getUint32(distance, isLittle);
  const [low, high] = isLittle ? [0, 4] : [4, 0];
  return (distance) =>
    bytes.getUint32(distance + high, isLittle) * 2 ** 32 + bytes.getUint32(distance + low, isLittle);
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Addresses of code; `end` is not one of them. */
interface Range {
  readonly start: number;
  readonly end: number;
}

type Files = ReadonlyMap<string, readonly Mapping[]>;

/**
 * For each library that was loaded since `before`: the code that came with node and that the library would
 * not find in an application. That is node itself, be it all in the program or, as in Debian, in libnode; and
 * the libraries that Debian's node is linked with (OpenSSL, zlib, …), unless the library or one that needs it
 * asks for them too: then it would get the same ones.
 */
function foreignCode(
  files: Files,
  before: ReadonlySet<string>,
  room: Room,
): (library: string) => readonly Range[] {
  const program = programCode(files);
  const came = [...before].filter((path) => path !== programPath() && !cLibrary.test(basename(path)));
  const scope = scopes(files, before, room);
  return (library) => {
    const own = scope(library);
    const foreign = came.filter((path) => !own.has(path));
    return [program, ...foreign.flatMap((path) => files.get(path)?.filter(isCode) ?? [])];
  };
}

/**
 * What a process of any language has, and needs only once. Before glibc 2.34 the files have other names than
 * those by which they are asked for: `ld-2.31.so`.
 */
export const cLibrary = /^(?:ld|ld64|libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s)[.-]/;

const programPath = (): string => readlinkSync("/proc/self/exe");

/**
 * The program's own functions. Its table of jumps is left out: in a program with fixed addresses, it is what
 * every library gets as the address of `free` and others that the program uses, and it leads to the C
 * library.
 */
function programCode(files: Files): Range {
  const mappings = files.get(programPath()) ?? [];
  return withDescriptor("/proc/self/exe", constants.O_RDONLY, (program) => {
    const text = sectionNamed(".text", (offset, size) => {
      const bytes = Buffer.alloc(size);
      return bytes.subarray(0, readSync(program, bytes, 0, size, offset));
    });
    const start = mappings.find(isCode)?.start ?? 0;
    const end = mappings.findLast(isCode)?.end ?? 0;
    if (text === undefined) return { start, end };
    // an address below the code is relative to where a position-independent program was put
    const base = text.address >= start ? 0 : (mappings[0]?.start ?? 0);
    return { start: base + text.address, end: base + text.address + text.size };
  });
}

/**
 * Where the dynamic loader looks for a library's symbols, in any order: what the library needs, and what the
 * other new ones that need it need (ld.so(8)).
 */
function scopes(
  files: Files,
  before: ReadonlySet<string>,
  room: Room,
): (library: string) => ReadonlySet<string> {
  const loaded = loadedLibraries(files);
  const fileNames = loaded.map((path) => ({ path, withDot: `${basename(path)}.` }));
  const needed = new Map<string, readonly string[]>();
  const needs = (path: string): readonly string[] => {
    const known = needed.get(path) ?? neededBy(path, room).flatMap((name) => named(fileNames, name));
    needed.set(path, known);
    return known;
  };
  const withNeeds = (path: string): ReadonlySet<string> => {
    const found = new Set([path]);
    // a set's iteration reaches what is added meanwhile
    for (const one of found) for (const need of needs(one)) found.add(need);
    return found;
  };
  const all = loaded.filter((path) => !before.has(path)).map(withNeeds);
  return (library) => new Set(all.filter((one) => one.has(library)).flatMap((one) => [...one]));
}

/** DT_NEEDED */
function neededBy(path: string, room: Room): readonly string[] {
  return lookAtLibrary(path, room, (bytes, fetch) => parseElfNeeded(bytes, path, fetch)) ?? [];
}

/** A library is asked for as `libz.so.1`, and its file may be `libz.so.1.3.1`. */
function named(
  fileNames: readonly { readonly path: string; readonly withDot: string }[],
  name: string,
): readonly string[] {
  const asked = `${basename(name)}.`;
  return fileNames.flatMap(({ path, withDot }) => (withDot.startsWith(asked) ? [path] : []));
}
