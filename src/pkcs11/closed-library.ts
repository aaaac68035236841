import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { parseLoaderCache } from "../host/installer/loader-cache.js";
import { closedWay } from "./closed-way.js";

/**
 * What keeps this process's user from a library that the loader did not find, as closedWay tells it: a path's
 * own way, or that to where the loader's cache or LD_LIBRARY_PATH has the bare name. ld.so(8) passes over
 * what it may not open, and says in the end that there is none.
 */
export function closedLibrary(name: string): string | undefined {
  const places = name.includes("/") ? [name] : [...librariesOfPath(name), ...cached(name)];
  return places.map(closedWay).find((closed) => closed !== undefined);
}

function librariesOfPath(name: string): readonly string[] {
  return (process.env["LD_LIBRARY_PATH"] ?? "")
    .split(/[:;]/)
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => `${folder}/${name}`);
}

function cached(name: string): readonly string[] {
  try {
    const cache = readFileSync("/etc/ld.so.cache");
    return parseLoaderCache(cache, endianness() === "LE" ? "little" : "big").flatMap((library) =>
      library.name === name ? [library.path] : [],
    );
  } catch {
    return [];
  }
}
