import { parseElfInterpreter, parseElfNeeds, parseElfTarget } from "../../formats/elf/elf.js";
import type { ElfNeeds, ElfTarget } from "../../formats/elf/elf.js";
import { eachPageOnce, roomFor, type Room } from "../../formats/elf/fetched-pages.js";
import { Problem } from "../../problem/problem.js";
import type { Files } from "../host.js";
import { asAbsolutePath, path } from "../path.js";
import type { AbsolutePath } from "../path.js";
import { sizeLimits } from "../size-limits.js";
import { foldersInLoader, libcOf, usualFolders } from "./default-folders.js";
import type { LibC } from "./default-folders.js";
import { cachedLibraries } from "./loader-cache.js";
import { readLoaderConfig } from "./loader-config.js";
import type { LoaderConfig } from "./loader-config.js";
import { lookingOnce, resolveLinks, type LinkReader } from "./resolve-links.js";

/** A shared library as the dynamic loader would find it. */
export interface LocatedLibrary {
  /** Where it was found: a link stays a link. */
  readonly path: AbsolutePath;
  /** The file behind it. */
  readonly file: AbsolutePath;
}

export interface FoundLibrary extends LocatedLibrary {
  readonly elf: ElfNeeds;
}

/**
 * The search of ld.so(8) for a program of this host, without starting one: works for `--root` and without
 * root too.
 */
export interface Loader {
  readonly target: ElfTarget;
  readonly libc: LibC;
  /** The library of a bare name, or of an absolute path; undefined when the loader would not find it. */
  find(name: string, runPath?: readonly string[]): FoundLibrary | undefined;
  /** The same, of which only the machine it is made for is read: a library may be large. */
  locate(name: string, runPath?: readonly string[]): LocatedLibrary | undefined;
  /**
   * Whether ldconfig would (still) register what lies in this folder, or the loader looks there by itself.
   */
  searches(folder: AbsolutePath): boolean;
  /** Whether ldconfig would read this file, were it there: ld.so.conf, or one that it includes. */
  reads(file: AbsolutePath): boolean;
}

/** Of 64 bits; that of 32 bits is shorter. */
const elfHeaderBytes = 64;
const shell = path("/bin/sh");
const cacheFile = path("/etc/ld.so.cache");
const configFile = path("/etc/ld.so.conf");

/** What of a host's files the loader's search looks at. */
export type LoaderFiles = Pick<Files, "entry" | "read" | "beginning" | "parts" | "way" | "list">;

/**
 * Reads the host's loader configuration. The host's machine is that of its /bin/sh; without one it cannot be
 * told.
 */
export function openLoader(files: LoaderFiles): Loader {
  const room = roomFor();
  const { target, interpreter } = hostShell(files, room);
  const libc = libcOf(interpreter);
  const cached = cachedLibraries(files.read(cacheFile) ?? Buffer.alloc(0), target.byteOrder);
  let known: readonly string[] | undefined;
  const defaults = (): readonly string[] =>
    (known ??=
      loadersFolders(files, interpreter) ??
      usualFolders(target, libc, (folder) => files.entry(path(folder)) !== undefined));
  let config: LoaderConfig | undefined;
  let configured: readonly string[] | undefined;
  const links = lookingOnce(files);
  const loaded = new Map<string, FoundLibrary | undefined>();

  const load = (candidate: string): FoundLibrary | undefined => {
    if (!loaded.has(candidate)) loaded.set(candidate, loadLibrary(files, links, candidate, { target, room }));
    return loaded.get(candidate);
  };
  const search = <T>(name: string, runPath: readonly string[], look: (one: string) => T | undefined) => {
    if (name.includes("/")) return look(name);
    const inFolders = (folders: readonly string[]): T | undefined =>
      firstOf(folders, (folder) => look(`${folder}/${name}`));
    return inFolders(runPath) ?? firstOf(cached(name), look) ?? inFolders(defaults());
  };
  const configuration = (): LoaderConfig => (config ??= readLoaderConfig(files, configFile));
  return {
    target,
    libc,
    find: (name, runPath = []) => search(name, runPath, load),
    locate: (name, runPath = []) =>
      search(name, runPath, (candidate) => locateLibrary(files, links, candidate, target)),
    searches(folder) {
      const wanted = real(links, folder);
      configured ??= configuration().folders.map((one) => real(links, one));
      return configured.includes(wanted) || defaults().some((one) => real(links, one) === wanted);
    },
    reads: (file) => configuration().includes(file),
  };
}

function firstOf<T, R>(all: readonly T[], look: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = look(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function hostShell(
  files: LoaderFiles,
  room: Room,
): {
  readonly target: ElfTarget;
  readonly interpreter: string | undefined;
} {
  const file = resolveLinks(files, shell);
  const found =
    file &&
    files.parts(file, sizeLimits.library, (size, fill) => {
      const bytes = room(size);
      const fetch = eachPageOnce(bytes, fill);
      return {
        target: parseElfTarget(bytes, file, fetch),
        interpreter: parseElfInterpreter(bytes, file, fetch),
      };
    });
  if (found !== undefined) return found;
  throw new Problem("installer-interpreter", "the host has no /bin/sh", {
    where: { path: shell },
    hint: "give --root the root folder of a complete system",
  });
}

/** Undefined where the loader cannot be read, or holds no list. */
function loadersFolders(files: LoaderFiles, interpreter: string | undefined): readonly string[] | undefined {
  const wanted = asAbsolutePath(interpreter ?? "");
  try {
    const file = wanted && resolveLinks(files, wanted);
    const bytes = file && files.read(file, sizeLimits.library);
    return bytes && foldersInLoader(bytes);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function real(links: LinkReader, folder: string): string {
  const known = asAbsolutePath(folder.replace(/\/+$/, ""));
  return (known && resolveLinks(links, known)) ?? folder;
}

function loadLibrary(
  files: LoaderFiles,
  links: LinkReader,
  candidate: string,
  { target, room }: { readonly target: ElfTarget; readonly room: Room },
): FoundLibrary | undefined {
  return usable(links, candidate, (path, file) => {
    const elf = files.parts(file, sizeLimits.library, (size, fill) => {
      const bytes = room(size);
      return parseElfNeeds(bytes, path, eachPageOnce(bytes, fill));
    });
    return elf && sameTarget(elf.target, target) ? { path, file, elf } : undefined;
  });
}

function locateLibrary(
  files: LoaderFiles,
  links: LinkReader,
  candidate: string,
  target: ElfTarget,
): LocatedLibrary | undefined {
  return usable(links, candidate, (path, file) => {
    const bytes = files.beginning(file, elfHeaderBytes);
    return bytes && sameTarget(parseElfTarget(bytes, path), target) ? { path, file } : undefined;
  });
}

/** The loader passes over what it cannot use, and looks on. */
function usable<T>(
  links: LinkReader,
  candidate: string,
  look: (path: AbsolutePath, file: AbsolutePath) => T | undefined,
): T | undefined {
  const path = asAbsolutePath(candidate);
  try {
    const file = path && resolveLinks(links, path);
    return path && file && look(path, file);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Whether one process can hold both. */
export function sameTarget(left: ElfTarget, right: ElfTarget): boolean {
  return left.machine === right.machine && left.bits === right.bits && left.byteOrder === right.byteOrder;
}
