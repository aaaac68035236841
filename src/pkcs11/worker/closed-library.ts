import { modeText } from "../../formats/text/mode-text.js";
import { accessSync, constants, lstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { endianness } from "node:os";
import { dirname, resolve } from "node:path";
import { parseLoaderCache } from "../../host/installer/loader-cache.js";
import { errorCode } from "../../problem/thrown.js";

/**
 * What prevents this process's user from reaching a library that the loader did not find, as closedWay
 * reports it: on the way to the path or, for a bare name, to its place in the loader's cache or
 * LD_LIBRARY_PATH. ld.so(8) skips what it may not open, and in the end says that the library was not found.
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

/** As many links as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

/**
 * The first folder on the way to a file that this process's user may not enter, or the file itself if the
 * user may not read it, with its mode: `/opt/k (mode 0700)`. Undefined if the way is open, or if something on
 * it is missing. Links are followed, as the kernel does.
 */
export function closedWay(file: string): string | undefined {
  let links = 0;
  let at = "/";
  let ahead = partsOf(file);
  for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
    if (!may(at, constants.X_OK)) return named(at);
    const target = linkAt(resolve(at, next));
    if (target === undefined) at = resolve(at, next);
    else {
      if (++links > mostLinks) return undefined;
      at = target.startsWith("/") ? "/" : at;
      ahead = [...partsOf(target), ...ahead];
    }
  }
  return may(at, constants.R_OK) ? undefined : named(at);
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

/** Also true for what is missing: that is not a matter of rights. */
function may(path: string, right: number): boolean {
  try {
    accessSync(path, right);
    return true;
  } catch (error) {
    return errorCode(error) !== "EACCES";
  }
}

function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function named(path: string): string {
  try {
    return `${path} (mode ${modeText(statSync(path).mode)})`;
  } catch {
    return `${path}, below ${dirname(path)}`;
  }
}
