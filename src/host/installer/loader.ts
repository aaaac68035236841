import { parseElf, parseElfTarget } from "../../formats/elf.js";
import type { ElfFile, ElfTarget } from "../../formats/elf.js";
import { Problem } from "../../problem/problem.js";
import type { Files } from "../host.js";
import { asAbsolutePath, folderOf, joined, nameOf, path } from "../path.js";
import type { AbsolutePath } from "../path.js";
import { parseLoaderCache } from "./loader-cache.js";
import { resolveLinks } from "./resolve-links.js";

/** A shared library as the dynamic loader would find it. */
export interface FoundLibrary {
  /** Where it was found: a link stays a link. */
  readonly path: AbsolutePath;
  /** The file behind it. */
  readonly file: AbsolutePath;
  readonly elf: ElfFile;
}

/** The search of ld.so(8) for a program of this host, without starting one: works for `--root` and without root too. */
export interface Loader {
  readonly target: ElfTarget;
  /** The library of a bare name, or of an absolute path; undefined when the loader would not find it. */
  find(name: string, runPath?: readonly string[]): FoundLibrary | undefined;
  /** Whether ldconfig would (still) register what lies in this folder, or the loader looks there by itself. */
  searches(folder: AbsolutePath): boolean;
}

const largestLibrary = 128 * 1024 ** 2;
const shell = path("/bin/sh");
const cacheFile = path("/etc/ld.so.cache");
const configFile = path("/etc/ld.so.conf");

/** Debian's multiarch name of each machine (e_machine and width). */
const multiarch: Readonly<Record<string, string>> = {
  "62-64": "x86_64-linux-gnu", "3-32": "i386-linux-gnu", "183-64": "aarch64-linux-gnu", "40-32": "arm-linux-gnueabihf",
  "21-64": "powerpc64le-linux-gnu", "22-64": "s390x-linux-gnu", "243-64": "riscv64-linux-gnu", "258-64": "loongarch64-linux-gnu",
};

/** Reads the host's loader configuration. The host's machine is that of its /bin/sh; without one it cannot be told. */
export function openLoader(files: Files): Loader {
  const target = hostTarget(files);
  const cached = parseLoaderCache(files.read(cacheFile) ?? Buffer.alloc(0), target.byteOrder);
  const defaults = defaultFolders(target);
  let configured: readonly string[] | undefined;
  const known = new Map<string, FoundLibrary | undefined>();

  const load = (candidate: string): FoundLibrary | undefined => {
    if (!known.has(candidate)) known.set(candidate, loadLibrary(files, candidate, target));
    return known.get(candidate);
  };
  return {
    target,
    find(name, runPath = []) {
      const candidates = name.includes("/") ? [name] : [
        ...runPath.map((folder) => `${folder}/${name}`),
        ...cached.filter((library) => library.name === name).map((library) => library.path),
        ...defaults.map((folder) => `${folder}/${name}`),
      ];
      for (const candidate of candidates) {
        const found = load(candidate);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    searches(folder) {
      configured ??= [...defaults, ...configuredFolders(files, configFile, 0)].map((known) => real(files, known));
      return configured.includes(real(files, folder));
    },
  };
}

function hostTarget(files: Files): ElfTarget {
  const file = resolveLinks(files, shell);
  const bytes = file && files.read(file, largestLibrary);
  if (file !== undefined && bytes !== undefined) return parseElfTarget(bytes, file);
  throw new Problem("installer-interpreter", "the host has no /bin/sh", {
    where: { path: shell }, hint: "give --root the root folder of a complete Debian or Ubuntu system",
  });
}

function defaultFolders(target: ElfTarget): readonly string[] {
  const name = multiarch[`${target.machine}-${target.bits}`];
  const width = target.bits === 64 ? ["/lib64", "/usr/lib64"] : ["/lib32", "/usr/lib32"];
  return [...(name === undefined ? [] : [`/lib/${name}`, `/usr/lib/${name}`]), ...width, "/lib", "/usr/lib"];
}

/** Folders named in ld.so.conf and in the files it includes; `include` takes `*` in the last component (ldconfig(8)). */
function configuredFolders(files: Files, file: AbsolutePath, depth: number): readonly string[] {
  const text = depth > 4 ? undefined : files.read(file)?.toString("utf8");
  if (text === undefined) return [];
  return text.split("\n").flatMap((line) => {
    const words = line.replace(/#.*/, "").trim().split(/[\s,:]+/).filter(Boolean);
    if (words[0] !== "include") return words.filter((word) => word.startsWith("/"));
    return words.slice(1).flatMap((word) => included(files, word, folderOf(file)))
      .flatMap((found) => configuredFolders(files, found, depth + 1));
  });
}

function included(files: Files, pattern: string, base: AbsolutePath): readonly AbsolutePath[] {
  const whole = asAbsolutePath(pattern.startsWith("/") ? pattern : `${base}/${pattern}`);
  if (whole === undefined) return [];
  const [before, ...after] = nameOf(whole).split("*");
  const folder = folderOf(whole);
  if (after.length === 0) return [whole];
  return (files.list(folder) ?? [])
    .filter(({ name, kind }) => kind === "file" && !name.startsWith(".") && name.startsWith(before ?? "") && name.endsWith(after.at(-1) ?? ""))
    .map(({ name }) => joined(folder, name));
}

function real(files: Files, folder: string): string {
  const known = asAbsolutePath(folder.replace(/\/+$/, ""));
  return (known && resolveLinks(files, known)) ?? folder;
}

function loadLibrary(files: Files, candidate: string, target: ElfTarget): FoundLibrary | undefined {
  const wanted = asAbsolutePath(candidate);
  try {
    const file = wanted && resolveLinks(files, wanted);
    const bytes = file && files.read(file, largestLibrary);
    if (wanted === undefined || file === undefined || bytes === undefined) return undefined;
    const elf = parseElf(bytes, wanted);
    return sameTarget(elf.target, target) ? { path: wanted, file, elf } : undefined;
  } catch (error) {
    // the loader passes over what it cannot use, and looks on
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Whether one process can hold both. */
export function sameTarget(left: ElfTarget, right: ElfTarget): boolean {
  return left.machine === right.machine && left.bits === right.bits && left.byteOrder === right.byteOrder;
}
