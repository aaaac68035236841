import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import type { SeenEntry, Snapshot } from "./watched-trees.js";

const linesAtOnce = 5_000;
const letters = { file: "f", folder: "d", link: "l", other: "o" } as const;
const kinds: Readonly<Record<string, SeenEntry["kind"]>> = { f: "file", d: "folder", l: "link", o: "other" };

/** Writes a snapshot, one JSON array a line, to a new file of mode 0600. The caller makes it durable. */
export async function writeSnapshot(file: string, snapshot: Snapshot): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    let lines: string[] = [];
    for (const [path, entry] of snapshot) {
      lines.push(JSON.stringify(lineOf(path, entry)));
      if (lines.length < linesAtOnce) continue;
      await handle.writeFile(`${lines.join("\n")}\n`);
      lines = [];
    }
    // the last line tells a complete file from one that was cut off
    await handle.writeFile(`${[...lines, "end"].join("\n")}\n`);
  } finally {
    await handle.close();
  }
}

/** The snapshot of a file; undefined when there is none, or it is not complete. */
export function readSnapshot(file: string): Snapshot | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const lines = text.trimEnd().split("\n");
  if (lines.pop() !== "end") return undefined;
  return new Map(lines.map((line) => entryOf(JSON.parse(line))));
}

function lineOf(path: string, entry: SeenEntry): readonly unknown[] {
  const { kind, mode, uid, gid, size, modified, changed, inode, target } = entry;
  return [path, letters[kind], mode, uid, gid, size, modified, changed, inode, ...(target === undefined ? [] : [target])];
}

function entryOf(line: unknown): [string, SeenEntry] {
  const fields: readonly unknown[] = Array.isArray(line) ? line : [];
  const number = (index: number): number => Number(fields[index]);
  const entry = {
    kind: kinds[String(fields[1])] ?? "other", mode: number(2), uid: number(3), gid: number(4), size: number(5),
    modified: number(6), changed: number(7), inode: number(8),
  };
  const target = fields[9];
  return [String(fields[0]), typeof target === "string" ? { ...entry, target } : entry];
}
