import { asAbsolutePath, folderOf, joined, nameOf } from "../path.js";
import type { AbsolutePath } from "../path.js";
import type { Files } from "../host.js";

/** What ldconfig(8) is told to look at. */
export interface LoaderConfig {
  readonly folders: readonly string[];
  /** Whether it would read this file, were it there: ld.so.conf, or one that is included. */
  readonly includes: (file: AbsolutePath) => boolean;
}

/** More than any host has, and few enough for those who include each other to come to an end. */
const mostFiles = 1_000;

/** Reads ld.so.conf and all that it includes, each once; `include` takes patterns in its last part. */
export function readLoaderConfig(files: Pick<Files, "read" | "list">, file: AbsolutePath): LoaderConfig {
  const seen = new Set<string>();
  const folders: string[] = [];
  const known = new Set<AbsolutePath>();
  const waiting = [file];
  for (let next = waiting.shift(); next !== undefined && seen.size < mostFiles; next = waiting.shift()) {
    if (seen.has(next)) continue;
    const text = files.read(next)?.toString("utf8");
    if (text === undefined) continue;
    seen.add(next);
    for (const line of text.split("\n")) {
      const words = line
        .replace(/#.*/, "")
        .trim()
        .split(/[\s,:]+/)
        .filter(Boolean);
      if (words[0] !== "include") folders.push(...words.filter((word) => word.startsWith("/")));
      else
        for (const word of words.slice(1)) {
          const pattern = asAbsolutePath(word.startsWith("/") ? word : joinedText(folderOf(next), word));
          if (pattern === undefined || known.has(pattern)) continue;
          known.add(pattern);
          waiting.push(...included(files, pattern));
        }
    }
  }
  return {
    folders,
    includes: (wanted) =>
      wanted === file ||
      [...known].some(
        (pattern) => folderOf(pattern) === folderOf(wanted) && matcher(nameOf(pattern)).test(nameOf(wanted)),
      ),
  };
}

function joinedText(folder: AbsolutePath, name: string): string {
  return `${folder === "/" ? "" : folder}/${name}`;
}

function included(files: Pick<Files, "list">, pattern: AbsolutePath): readonly AbsolutePath[] {
  if (!/[*?]/.test(nameOf(pattern))) return [pattern];
  const wanted = matcher(nameOf(pattern));
  return (files.list(folderOf(pattern)) ?? [])
    .filter(
      ({ name, kind }) => (kind === "file" || kind === "link") && !name.startsWith(".") && wanted.test(name),
    )
    .map(({ name }) => joined(folderOf(pattern), name));
}

/** Several stars in a row are one: as a regular expression they would be tried in all the ways there are. */
function matcher(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .replace(/\*+/g, "*")
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
    "s",
  );
}
