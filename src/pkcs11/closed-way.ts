import { accessSync, constants, lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** As many links as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

/**
 * The first folder on the way to a file that this process's user may not enter, or the file where that may
 * not be read, with its mode: `/opt/k (mode 0700)`. Undefined where the way is open, or where something on it
 * is missing. Links are followed, as the kernel does.
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

/** True also for what is missing: that is no lack of rights. */
function may(path: string, right: number): boolean {
  try {
    accessSync(path, right);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "EACCES");
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
    return `${path} (mode ${(statSync(path).mode & 0o7777).toString(8).padStart(4, "0")})`;
  } catch {
    return `${path}, below ${dirname(path)}`;
  }
}
