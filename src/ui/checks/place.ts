import { isAbsolute, relative, resolve } from "node:path";
import type { CheckRun, Finding } from "./checked.js";

/** Where a finding is shown in a repository. */
export interface Place {
  /** Relative to the repository if it lies in it, with slashes; else absolute. */
  readonly path: string;
  readonly isInside: boolean;
  readonly line?: number;
  readonly column?: number;
}

/**
 * The file in which a finding is shown: its own, if that is one that was read for it; else, since its place
 * is on the host, the one file that was checked. Undefined where there is none.
 */
export function placeOf({ where }: Finding, run: CheckRun): Place | undefined {
  if (where !== undefined && isFile(where.path, run, where.line)) {
    const { line, column } = where;
    return {
      ...located(where.path, run),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
    };
  }
  const [only, another] = run.files;
  return only === undefined || another !== undefined || isInput(only) ? undefined : located(only, run);
}

/** Whether the finding's own place is where it is shown, and need not be told. */
export function isShownThere({ where }: Finding, run: CheckRun): boolean {
  return where === undefined || isFile(where.path, run, where.line);
}

function isFile(path: string, { files }: CheckRun, line: number | undefined): boolean {
  return !isInput(path) && (line !== undefined || files.includes(path));
}

function isInput(path: string): boolean {
  return path === "-" || path === "/dev/stdin";
}

function located(path: string, { folder, workingFolder }: CheckRun): Pick<Place, "path" | "isInside"> {
  const absolute = resolve(workingFolder, path);
  const inside = relative(folder, absolute);
  const isInside = inside !== "" && inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside);
  return { path: isInside ? inside : absolute, isInside };
}
