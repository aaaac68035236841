import { closeSync, openSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { basename } from "node:path";
import { sectionNamed } from "../../formats/elf/elf-sections.js";
import { parseElf } from "../../formats/elf/elf.js";
import { isCode, type Mapping } from "./mapped-files.js";

/** Addresses of code; `end` is not one of them. */
export interface Range {
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
export function foreignCode(
  files: Files,
  before: ReadonlySet<string>,
): (library: string) => readonly Range[] {
  const program = programCode(files);
  const came = [...before].filter((path) => path !== programPath() && !cLibrary.test(basename(path)));
  const scope = scopes(files, before);
  return (library) => {
    const own = scope(library);
    const foreign = came.filter((path) => !own.has(path));
    return [program, ...foreign.flatMap((path) => files.get(path)?.filter(isCode) ?? [])];
  };
}

/** What a process of any language has, and needs only once. */
const cLibrary = /^(?:ld-linux|ld-musl|ld64|libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s)[.-]/;

const programPath = (): string => readlinkSync("/proc/self/exe");

/**
 * The program's own functions. Its table of jumps is left out: in a program with fixed addresses, it is what
 * every library gets as the address of `free` and others that the program uses, and it leads to the C
 * library.
 */
function programCode(files: Files): Range {
  const mappings = files.get(programPath()) ?? [];
  const program = openSync("/proc/self/exe", "r");
  try {
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
  } finally {
    closeSync(program);
  }
}

/**
 * Where the dynamic loader looks for a library's symbols, in any order: what the library needs, and what the
 * other new ones that need it need (ld.so(8)).
 */
function scopes(files: Files, before: ReadonlySet<string>): (library: string) => ReadonlySet<string> {
  const loaded = [...files].flatMap(([path, mappings]) => (mappings.some(isCode) ? [path] : []));
  const needed = new Map<string, readonly string[]>();
  const needs = (path: string): readonly string[] => {
    const known = needed.get(path) ?? neededBy(path).flatMap((name) => named(loaded, name));
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
function neededBy(path: string): readonly string[] {
  try {
    return parseElf(readFileSync(path), path).needed;
  } catch {
    // not a library, or not there any more
    return [];
  }
}

/** A library is asked for as `libz.so.1`, and its file may be `libz.so.1.3.1`. */
function named(loaded: readonly string[], name: string): readonly string[] {
  return loaded.filter((path) => `${basename(path)}.`.startsWith(`${basename(name)}.`));
}
