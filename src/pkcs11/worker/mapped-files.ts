import { readFileSync } from "node:fs";

/** A part of a file in this process's memory: a line of /proc/self/maps, proc_pid_maps(5). */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  /** `r-xp` */
  readonly rights: string;
  readonly offset: number;
}

/** What this process has mapped, by the file's path. What has been removed or replaced since is left out. */
export function mappedFiles(): ReadonlyMap<string, readonly Mapping[]> {
  const files = new Map<string, Mapping[]>();
  for (const line of readFileSync("/proc/self/maps", "utf8").split("\n")) {
    const [, start = "", end = "", rights = "", offset = "", path = ""] =
      /^([0-9a-f]+)-([0-9a-f]+) (\S+) ([0-9a-f]+) \S+ \d+ +(\/.*)$/.exec(line) ?? [];
    if (path === "" || path.endsWith(" (deleted)")) continue;
    const mapping = { start: hex(start), end: hex(end), rights, offset: hex(offset) };
    files.set(path, [...(files.get(path) ?? []), mapping]);
  }
  return files;
}

/** Paths of the libraries in this process, with the program itself. */
export function loadedLibraries(files = mappedFiles()): readonly string[] {
  return [...files].flatMap(([path, mappings]) => (mappings.some(isCode) ? [path] : []));
}

export function isCode({ rights }: Mapping): boolean {
  return rights[2] === "x";
}

function hex(digits: string): number {
  return Number.parseInt(digits, 16);
}
