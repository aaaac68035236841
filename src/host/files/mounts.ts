import { readFileSync } from "node:fs";

/** A file system that is mounted somewhere. */
export interface Mount {
  readonly point: string;
  readonly type: string;
}

/** What is mounted now, the root itself left out (proc_pid_mountinfo(5)). Empty where there is no /proc. */
export function mountsNow(): readonly Mount[] {
  try {
    return parseMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    return [];
  }
}

function parseMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line): Mount[] => {
    const fields = line.split(" ");
    const [point, type] = [fields[4], fields[fields.indexOf("-", 6) + 1]];
    return point === undefined || point === "/" || type === undefined
      ? []
      : [{ point: unescaped(point), type }];
  });
}

/** Blanks, tabs, line breaks and backslashes are written as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
