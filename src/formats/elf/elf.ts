import { Problem } from "../../problem/problem.js";
import { definesSymbol, ElfView, Malformed, mostEntries } from "./elf-symbols.js";
import type { Fetch, SymbolTables } from "./elf-symbols.js";
import {
  dynamicSegment,
  fileOffset,
  interpreterSegment,
  readDynamic,
  readSegments,
  readText,
} from "./elf-tables.js";

/**
 * What must be equal for two ELF files to be loaded into one process. `machine` is e_machine: 62 x86-64, 183
 * AArch64, …
 */
export interface ElfTarget {
  readonly bits: 32 | 64;
  readonly byteOrder: "little" | "big";
  readonly machine: number;
}

/** A version (`CURL_OPENSSL_4`) of the symbols that a file needs from a library (`libcurl.so.4`). */
export interface VersionNeed {
  readonly library: string;
  readonly version: string;
  /** The dynamic loader only warns when a weak version is missing. */
  readonly weak: boolean;
}

/** What the dynamic loader goes by when it looks for what a file needs. */
export interface ElfNeeds {
  readonly target: ElfTarget;
  /** True for ET_DYN: a shared library (or a position-independent program). */
  readonly dynamic: boolean;
  readonly soname: string | undefined;
  readonly needed: readonly string[];
  /** Folders of DT_RUNPATH, or of DT_RPATH if there is none; `$ORIGIN` is not replaced. */
  readonly runPath: readonly string[];
  readonly versionNeeds: readonly VersionNeed[];
  /** Symbol versions that the file offers; empty if there are none. */
  readonly versions: ReadonlySet<string>;
}

export interface ElfFile extends ElfNeeds {
  /** Whether the file itself defines the dynamic symbol. */
  defines(symbol: string): boolean;
}

const tag = {
  needed: 1,
  hash: 4,
  strtab: 5,
  symtab: 6,
  strsz: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  gnuHash: 0x6ffffef5,
  verdef: 0x6ffffffc,
  verdefnum: 0x6ffffffd,
  verneed: 0x6ffffffe,
  verneednum: 0x6fffffff,
};

/**
 * Reads the header and the dynamic section of an ELF file (System V ABI, chapter 5; the GNU extensions of the
 * LSB). Pure; `path` only names the file in a Problem: `elf-not-elf`, or `elf-malformed` for one that is
 * truncated or damaged.
 */
export function parseElf(bytes: Buffer, path: string): ElfFile {
  return parsed(openView(bytes, path), path, readFile);
}

/**
 * The same, of a file that is large and not read as a whole: what of `bytes` is looked at is fetched before.
 */
export function parseElfNeeds(bytes: Buffer, path: string, fetch: Fetch): ElfNeeds {
  return parsed(openView(bytes, path, fetch), path, (view) => readNeeds(view, tablesOf(view)));
}

/** Of such a file only the names of the libraries that it needs (DT_NEEDED). Throws the same Problems. */
export function parseElfNeeded(bytes: Buffer, path: string, fetch: Fetch): readonly string[] {
  return parsed(openView(bytes, path, fetch), path, (view) => {
    const { all, text } = tablesOf(view);
    return all(tag.needed).map(text);
  });
}

function parsed<T>(view: ElfView, path: string, read: (view: ElfView) => T): T {
  try {
    return read(view);
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError) throw malformed(path, error.message);
    throw error;
  }
}

/** Only the header, to find out which machine a program is for. Throws the same Problems as `parseElf`. */
export function parseElfTarget(bytes: Buffer, path: string, fetch?: Fetch): ElfTarget {
  const view = openView(bytes, path, fetch);
  if (bytes.length < 52) throw malformed(path, `the file has only ${bytes.length} bytes`);
  return targetOf(view);
}

/** The dynamic loader that a program requests (PT_INTERP); undefined if it requests none, or is damaged. */
export function parseElfInterpreter(bytes: Buffer, path: string, fetch?: Fetch): string | undefined {
  const view = openView(bytes, path, fetch);
  try {
    const segment = readSegments(view).find(({ type }) => type === interpreterSegment);
    if (segment === undefined) return undefined;
    view.fetch(segment.offset, segment.size);
    return bytes.toString("utf8", segment.offset, segment.offset + segment.size).replace(/\0.*$/s, "");
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError) return undefined;
    throw error;
  }
}

function malformed(path: string, detail: string): Problem {
  return new Problem("elf-malformed", "the library is truncated or damaged", {
    where: { path },
    detail,
    hint: "get the archive again, and compare its SHA-256 with the vendor's",
  });
}

/** Throws a Problem (`elf-not-elf`) for another kind of file. */
export function openView(bytes: Buffer, path: string, fetch?: Fetch): ElfView {
  fetch?.(0, 6);
  const [bits, order] = [bytes[4], bytes[5]];
  if (
    bytes.subarray(0, 4).equals(Buffer.from("\x7fELF", "latin1")) &&
    (bits === 1 || bits === 2) &&
    (order === 1 || order === 2)
  )
    return new ElfView(bytes, bits === 2 ? 64 : 32, order === 1, fetch);
  throw new Problem("elf-not-elf", "not an ELF file", {
    where: { path },
    detail: bytes.length === 0 ? "the file is empty" : "its first bytes are not those of an ELF file",
    hint: "use the archive for Linux",
  });
}

function targetOf(view: ElfView): ElfTarget {
  return { bits: view.bits, byteOrder: view.little ? "little" : "big", machine: view.u16(18) };
}

function readFile(view: ElfView): ElfFile {
  const dynamic = tablesOf(view);
  const { at, text } = dynamic;
  const tables: SymbolTables = {
    gnuHash: at(tag.gnuHash),
    hash: at(tag.hash),
    symbols: at(tag.symtab),
    text,
  };
  return { ...readNeeds(view, dynamic), defines: (symbol) => definesSymbol(view, tables, symbol) };
}

/** The dynamic section: values by their tag, what they lead to in the file, and names by their index. */
interface Tables {
  readonly all: (wanted: number) => readonly number[];
  readonly at: (wanted: number) => number | undefined;
  readonly text: (index: number) => string;
}

function tablesOf(view: ElfView): Tables {
  const segments = readSegments(view);
  const dynamic = readDynamic(
    view,
    segments.find((segment) => segment.type === dynamicSegment),
  );
  const all = (wanted: number): number[] =>
    dynamic.filter((entry) => entry.tag === wanted).map((entry) => entry.value);
  const at = (wanted: number): number | undefined => {
    const [address] = all(wanted);
    return address === undefined ? undefined : fileOffset(segments, address);
  };
  const start = at(tag.strtab);
  const table = start === undefined ? undefined : { start, size: all(tag.strsz)[0] ?? 0 };
  if (table !== undefined) view.fetch(table.start, table.size);
  return { all, at, text: (index) => readText(view, table, index) };
}

function readNeeds(view: ElfView, { all, at, text }: Tables): ElfNeeds {
  return {
    target: targetOf(view),
    dynamic: view.u16(16) === 3,
    soname: all(tag.soname).map(text)[0],
    needed: all(tag.needed).map(text),
    runPath: (all(tag.runpath)[0] === undefined ? all(tag.rpath) : all(tag.runpath)).flatMap((index) =>
      text(index).split(":").filter(Boolean),
    ),
    versionNeeds: readVersionNeeds(view, at(tag.verneed), all(tag.verneednum)[0] ?? 0, text),
    versions: new Set(readVersionDefinitions(view, at(tag.verdef), all(tag.verdefnum)[0] ?? 0, text)),
  };
}

/** Offsets of a chain of records, each of which gives the distance to the next. */
function* chain(view: ElfView, start: number, count: number, nextField: number): Generator<number> {
  for (let index = 0, at = start; index < Math.min(count, mostEntries); index++) {
    yield at;
    const next = view.u32(at + nextField);
    if (next === 0) return;
    at += next;
  }
}

function readVersionNeeds(
  view: ElfView,
  start: number | undefined,
  count: number,
  text: (index: number) => string,
): VersionNeed[] {
  const needs: VersionNeed[] = [];
  if (start === undefined) return needs;
  for (const need of chain(view, start, count, 12)) {
    const library = text(view.u32(need + 4));
    for (const version of chain(view, need + view.u32(need + 8), view.u16(need + 2), 12)) {
      // damaged chains can overlap, and reading every combination would take minutes
      if (needs.length >= mostEntries) throw new Malformed("it needs more versions than there can be");
      needs.push({ library, version: text(view.u32(version + 8)), weak: (view.u16(version + 4) & 2) !== 0 });
    }
  }
  return needs;
}

function readVersionDefinitions(
  view: ElfView,
  start: number | undefined,
  count: number,
  text: (index: number) => string,
): string[] {
  if (start === undefined) return [];
  return [...chain(view, start, count, 16)].map((definition) =>
    text(view.u32(definition + view.u32(definition + 12))),
  );
}
