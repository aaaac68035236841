import { readFileSync, realpathSync } from "node:fs";
import type { AbsolutePath } from "../path.js";

/** A file system below the host's root. */
export interface Mount {
  /** Where it is mounted, as seen from inside the root. */
  readonly point: string;
  /** Its type, source, and which folder of it shows: the same after a reboot, unlike its numbers. */
  readonly what: string;
}

/**
 * What is mounted below the root now, the root itself left out (proc_pid_mountinfo(5)). Empty where
 * there is no /proc.
 */
export function mountsBelow(root: AbsolutePath): readonly Mount[] {
  try {
    const real = realpathSync(root);
    return parseMounts(readFileSync("/proc/self/mountinfo", "utf8"), real === "/" ? "" : real);
  } catch {
    return [];
  }
}

/** Pure. `prefix` is the root's own path; empty for `/`. */
export function parseMounts(text: string, prefix: string): readonly Mount[] {
  return text.split("\n").flatMap((line): Mount[] => {
    const fields = line.split(" ");
    const [, , , shown, point] = fields;
    const [type, source] = fields.slice(fields.indexOf("-", 6) + 1);
    if (shown === undefined || point === undefined || type === undefined || source === undefined) return [];
    const path = unescaped(point);
    return path.startsWith(`${prefix}/`) && path !== "/"
      ? [{ point: path.slice(prefix.length), what: `${type} ${source} ${shown}` }]
      : [];
  });
}

/** Blanks, tabs, line breaks and backslashes are written as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** The places at which something else is mounted now than before, or nothing any more. Pure. */
export function changedMounts(before: readonly Mount[], now: readonly Mount[]): ReadonlySet<string> {
  const [then, today] = [stacks(before), stacks(now)];
  return new Set([...then.keys(), ...today.keys()].filter((point) => then.get(point) !== today.get(point)));
}

/** Several may lie one over the other at one place. */
function stacks(mounts: readonly Mount[]): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const { point, what } of mounts) all.set(point, `${all.get(point) ?? ""}${what}\n`);
  return all;
}

/** The place of `points` at which, or below which, the path lies. */
export function placeAbove(path: string, points: ReadonlySet<string>): string | undefined {
  if (points.size === 0) return undefined;
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1))
    if (points.has(path.slice(0, end))) return path.slice(0, end);
  return undefined;
}
