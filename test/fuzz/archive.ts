import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { extractArchive } from "../../src/host/archive/extract-archive.js";
import { openArchive, type OpenedArchive } from "../../src/host/archive/open-archive.js";
import { path } from "../../src/host/path.js";
import { archives } from "./archive-bytes.js";
import { attempt, expectPresentable, expectSame } from "./expect-problems.js";
import { inTime, type FuzzTarget } from "./target.js";

let base: string | undefined;

/**
 * Archives right and wrong: opened and extracted as the module's step does it. What comes out is what was
 * inspected, and nothing else anywhere.
 */
export const archiveTarget: FuzzTarget = {
  name: "archive",
  shortRuns: 150,
  property: () =>
    fc.asyncProperty(archives, async ({ tar, gzip }) => {
      const place = join(baseFolder(), "place");
      mkdirSync(join(place, "work"), { recursive: true, mode: 0o700 });
      try {
        const bytes = gzip ? gzipSync(tar) : tar;
        writeFileSync(join(place, "archive.tar"), bytes);
        await inTime(() => holdsFor(place, bytes));
      } finally {
        rmSync(join(place, "work"), { recursive: true, force: true });
      }
    }),
};

/** In memory where there is such a folder; gone with the process. */
function baseFolder(): string {
  if (base !== undefined) return base;
  const folder = mkdtempSync(
    join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), `knetctl-fuzz-${process.pid}-`),
  );
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return (base = folder);
}

async function holdsFor(place: string, before: Buffer): Promise<void> {
  const archive = join(place, "archive.tar");
  const out = join(place, "work", "out");
  const commands = { find: (program: string) => path(`/usr/bin/${program}`) };
  const opened = await attempt(() => openArchive(archive, { folder: join(place, "work"), commands }));
  if ("problems" in opened) {
    expectPresentable(opened.problems);
  } else {
    const extracted = await attempt(() => {
      extractArchive(opened.value, out, archive);
    });
    if ("problems" in extracted)
      throw new Error(
        `inspected, but not extracted: ${JSON.stringify(extracted.problems)} ` +
          JSON.stringify(opened.value.entries),
      );
    expectTree(out, opened.value);
  }
  if (!readFileSync(archive).equals(before)) throw new Error("the archive was changed");
  expectSame(readdirSync(place).sort(), ["archive.tar", "work"], "files beside the archive");
  const work = readdirSync(join(place, "work")).filter(
    (name) => name !== "archive" && name !== "archive.tar" && name !== "out",
  );
  expectSame(work, [], "files in the private folder");
  expectSame(readdirSync(baseFolder()), ["place"], "files beside the private folder");
}

/** Exactly what was listed, ours alone, with the modes of the archive at most, and no link that leads out. */
function expectTree(out: string, { entries }: OpenedArchive): void {
  const wanted = new Map<string, string>();
  for (const { path: name, kind, size } of entries) {
    for (let parent = dirname(name); parent !== "."; parent = dirname(parent))
      if (!wanted.has(parent)) wanted.set(parent, "folder");
    wanted.set(name, kind === "file" ? `file of ${size}` : kind);
  }
  const found = new Map<string, string>();
  walk(out, (file) => {
    const stats = lstatSync(file);
    const kind = stats.isFile()
      ? `file of ${stats.size}`
      : stats.isDirectory()
        ? "folder"
        : stats.isSymbolicLink()
          ? "link"
          : "something else";
    found.set(relative(out, file), kind);
    if (stats.uid !== process.geteuid?.() || stats.nlink > (stats.isDirectory() ? Infinity : 1))
      throw new Error(`${file} is not ours alone`);
    if (kind !== "link" && (stats.mode & 0o7022) !== 0)
      throw new Error(`${file} has mode ${stats.mode.toString(8)}`);
    if (kind === "link" && !`${resolve(dirname(file), readlinkSync(file))}/`.startsWith(`${out}/`))
      throw new Error(`${file} leads out: ${readlinkSync(file)}`);
  });
  const sorted = (map: ReadonlyMap<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  expectSame(sorted(found), sorted(wanted), "what was extracted");
}

function walk(folder: string, visit: (file: string) => void): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name);
    visit(file);
    if (entry.isDirectory()) walk(file, visit);
  }
}
