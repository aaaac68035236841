import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { ArchiveEntry } from "../archive/archive-entry.js";

/**
 * What an archive and its scripts tell of where their work shows: the ground for calling a change theirs and
 * not somebody else's.
 */
export interface Evidence {
  /** Names of what the archive holds. */
  readonly names: readonly string[];
  /** SHA-256 of each of its files, empty ones left out. */
  readonly hashes: readonly string[];
  /** Absolute paths that a script names, links in them followed. */
  readonly paths: readonly string[];
  /**
   * What a script names after a variable whose value is not known: `/lib/knet.conf` of `"$1/lib/knet.conf"`.
   */
  readonly tails: readonly string[];
  /** Every word of a script. */
  readonly words: readonly string[];
}

export const noEvidence: Evidence = { names: [], hashes: [], paths: [], tails: [], words: [] };

/** Folders of the system itself: that a script names one says nothing of what lies below. */
export const systemFolder = new RegExp(
  `^/(?:${[
    "etc",
    "(?:var/)?opt",
    "var",
    "(?:usr(?:/local)?|var/usrlocal)(?:/(?:lib\\w*|s?bin|share|include|src|etc))?",
    "lib\\w*",
    "s?bin",
    "dev/\\w+",
  ].join("|")})$`,
);

const evidenceFile = "evidence.json";
const largestScript = 1024 ** 2;

/** Reads the extracted archive. `real` follows the links of a path of the host. */
export function gatherEvidence(
  extracted: string,
  entries: readonly ArchiveEntry[],
  real: (path: string) => string,
): Evidence {
  const files = entries.filter(({ kind, size }) => kind === "file" && size > 0);
  const scripts: string[] = [];
  const hashes = files.map(({ path, size }) => {
    const content = readFileSync(join(extracted, path));
    if (size <= largestScript && (path.endsWith(".sh") || content.subarray(0, 2).toString("latin1") === "#!"))
      scripts.push(content.toString("utf8"));
    return createHash("sha256").update(content).digest("hex");
  });
  const { paths, ...rest } = wordsOf(scripts);
  const names = [...new Set(entries.map(({ path }) => posix.basename(path)))];
  return { names, hashes: [...new Set(hashes)], paths: [...new Set(paths.map(real))], ...rest };
}

/** Pure. Variables that a script sets to plain text stand for that text. */
export function wordsOf(scripts: readonly string[]): Pick<Evidence, "paths" | "tails" | "words"> {
  const texts = scripts.map((text) => withValues(text).replace(/["']/g, ""));
  const words = texts.flatMap((text) => text.match(/[\w.+@/-]+/g) ?? []);
  // one name alone ("$DIR/data") may stand anywhere
  const tails = texts
    .flatMap((text) =>
      [...text.matchAll(/\$(?:\w+|\{[^}\s]*\})((?:\/[\w.+@-]+)+)/g)].map(([, tail = ""]) => tail),
    )
    .filter((tail) => /\/.+[/.]/.test(tail));
  const paths = words
    .filter((word) => /^\/[^/]/.test(word) && !word.split("/").includes(".."))
    .map((word) => posix.normalize(word).replace(/\/$/, ""));
  return { paths: [...new Set(paths)], tails: [...new Set(tails)], words: [...new Set(words)] };
}

const longestValue = 1000;

function withValues(script: string): string {
  const values = new Map<string, string>();
  const filled = (text: string): string =>
    text.replace(
      /\$(?:(\w+)|\{(\w+)(?::?[-=]([^}]*))?\})/g,
      (whole: string, bare?: string, braced?: string, otherwise?: string) =>
        values.get(bare ?? braced ?? "") ?? otherwise ?? whole,
    );
  for (const [, name = "", double, single, bare = ""] of script.matchAll(
    /^[ \t]*(?:export[ \t]+|readonly[ \t]+|local[ \t]+)?(\w+)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s;&|"']*))/gm,
  )) {
    const value = filled(double ?? single ?? bare);
    if (value.length <= longestValue) values.set(name, value);
  }
  return filled(script);
}

/** Kept in the run's folder: another process may have to tell whose work is whose. */
export function writeEvidence({ full }: { readonly full: string }, evidence: Evidence): void {
  writeFileSync(join(full, evidenceFile), JSON.stringify(evidence), { mode: 0o600, flag: "wx" });
}

/** What was written; nothing where that is gone or cut off: then little is called the installer's. */
export function readEvidence(files: { read(name: string): Buffer | undefined }): Evidence {
  try {
    const json: unknown = JSON.parse(files.read(evidenceFile)?.toString("utf8") ?? "");
    const lists =
      typeof json === "object" && json !== null
        ? new Map<string, unknown>(Object.entries(json))
        : new Map<string, unknown>();
    const list = (name: keyof Evidence): readonly string[] => {
      const found = lists.get(name);
      return Array.isArray(found) ? found.filter((item) => typeof item === "string") : [];
    };
    return {
      names: list("names"),
      hashes: list("hashes"),
      paths: list("paths"),
      tails: list("tails"),
      words: list("words"),
    };
  } catch {
    return noEvidence;
  }
}
