import { readFileSync } from "node:fs";

/** A file system that is mounted somewhere. */
export interface Mount {
  readonly point: string;
  readonly type: string;
  /** Of this mount and of its file system: "ro", "noexec", "hidepid=2", … */
  readonly options: readonly string[];
}

/** What is mounted now, the root itself left out (proc_pid_mountinfo(5)). Empty where there is no /proc. */
export function mountsNow(): readonly Mount[] {
  return allMounts().filter(({ point }) => point !== "/");
}

/** The same with the root. */
export function allMounts(): readonly Mount[] {
  try {
    return parseMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    return [];
  }
}

/**
 * The one that holds a path without links: that with the longest name, and of those in one place the last,
 * which covers the others.
 */
export function mountHolding(path: string, mounts: readonly Mount[]): Mount | undefined {
  const holding = mounts.filter(({ point }) => `${path}/`.startsWith(point === "/" ? "/" : `${point}/`));
  const longest = Math.max(0, ...holding.map(({ point }) => point.length));
  return holding.findLast(({ point }) => point.length === longest);
}

function parseMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line): Mount[] => {
    const fields = line.split(" ");
    const end = fields.indexOf("-", 6);
    const [point, own = "", type, ofType = ""] = [fields[4], fields[5], fields[end + 1], fields[end + 3]];
    return point === undefined || type === undefined
      ? []
      : [{ point: unescaped(point), type, options: [...own.split(","), ...ofType.split(",")] }];
  });
}

/** Blanks, tabs, line breaks and backslashes are written as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
