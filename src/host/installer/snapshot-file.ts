import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import type { SeenEntry, Snapshot } from "./watched-trees.js";

const linesAtOnce = 5_000;
const letters = { file: "f", folder: "d", link: "l", other: "o" } as const;

/** Writes a snapshot, one JSON array a line, to a new file of mode 0600, durably: it must outlive a crash of the installer. */
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
    await handle.sync();
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
  const [path, letter, ...rest] = fields;
  const [mode = 0, uid = 0, gid = 0, size = 0, modified = 0, changed = 0, inode = 0] = rest.map(Number);
  const target = rest[7];
  const kind = letter === "f" ? "file" : letter === "d" ? "folder" : letter === "l" ? "link" : "other";
  return [String(path), { kind, mode, uid, gid, size, modified, changed, inode, ...(typeof target === "string" && { target }) }];
}
