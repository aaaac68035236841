import { vendorNames } from "../../vendor/client.js";
import { posix } from "node:path";
import type { RecordedChange } from "./difference.js";
import { systemFolder } from "./evidence.js";
import type { Evidence } from "./evidence.js";

/** A change that is not taken back. */
export interface KeptChange {
  readonly change: RecordedChange;
  /**
   * `others`: as far as can be determined, not the installer's; `unsure`: perhaps its, perhaps not; `owner`:
   * its, but it belongs to another account now.
   */
  readonly why: "others" | "unsure" | "owner";
}

export interface Attributed {
  readonly own: readonly RecordedChange[];
  readonly kept: readonly KeptChange[];
}

/**
 * Tells the work of an installer from what others did while it ran: the two look the same, and a wrong guess
 * loses somebody's data. Its own are what it made in folders it made, the archive's files, and what its
 * scripts name. Never what belongs to another account, nor, without such evidence, what lies in a folder that
 * was there before. Pure; `changes` come in the order of their paths.
 */
export function attribute(changes: readonly RecordedChange[], evidence: Evidence): Attributed {
  const judge = new Judge(evidence);
  const own: RecordedChange[] = [];
  const kept: KeptChange[] = [];
  for (const change of changes) {
    const why = judge.whyKept(change);
    if (why === undefined) own.push(change);
    else kept.push({ change, why });
  }
  return { own, kept };
}

class Judge {
  /** Folders that the installer made. */
  readonly #made = new Set<string>();
  /** Folders that it removed with all they held. */
  readonly #removed = new Set<string>();
  /** What other accounts made. */
  readonly #others = new Set<string>();
  readonly #names: ReadonlySet<string>;
  readonly #hashes: ReadonlySet<string>;
  readonly #paths: ReadonlySet<string>;
  readonly #words: ReadonlySet<string>;
  readonly #tails: readonly string[];
  readonly #folders: readonly string[];

  constructor({ names, hashes, paths, tails, words }: Evidence) {
    this.#names = new Set(names);
    this.#hashes = new Set(hashes);
    this.#paths = new Set(paths);
    this.#words = new Set([...names, ...words]);
    this.#tails = tails;
    this.#folders = paths.filter((path) => !systemFolder.test(path));
  }

  whyKept(change: RecordedChange): KeptChange["why"] | undefined {
    switch (change.change) {
      case "created":
        return this.#created(change);
      case "removed":
        return this.#gone(change);
      case "replaced":
      case "rights":
        return this.#changed(change);
      case "rewritten":
        // nothing is to be put back
        return undefined;
    }
  }

  #created({ path, after }: RecordedChange): KeptChange["why"] | undefined {
    const folder = posix.dirname(path);
    const isOwn =
      this.#made.has(folder) ||
      this.#isNamed(path) ||
      this.#isOfArchive(after) ||
      (after?.kind === "folder" && this.#isOnTheWay(path));
    if (isOwn && after?.kind === "folder") this.#made.add(path);
    if (isOwn) return after?.uid === 0 ? undefined : "owner";
    if (after?.uid === 0 && !this.#others.has(folder)) return "unsure";
    this.#others.add(path);
    return "others";
  }

  #gone({ path, before }: RecordedChange): KeptChange["why"] | undefined {
    const isOwn = this.#removed.has(posix.dirname(path)) || this.#isNamed(path);
    if (isOwn && before?.kind === "folder") this.#removed.add(path);
    // nothing is lost by putting it back, unless its owner is who removed it
    return isOwn || before?.uid === 0 ? undefined : "others";
  }

  #changed({ path, change, before, after }: RecordedChange): KeptChange["why"] | undefined {
    const isOwn =
      this.#isNamed(path) ||
      this.#isOfArchive(after) ||
      (this.#isBelowNamed(path) && (change === "rights" || after?.uid === 0));
    if (isOwn && after?.kind === "folder" && before?.kind !== "folder") this.#made.add(path);
    if (isOwn) return undefined;
    return before?.uid !== 0 && after?.uid !== 0 ? "others" : "unsure";
  }

  /** A script names it: whole, by its end, or by the folder and the name apart. */
  #isNamed(path: string): boolean {
    if (this.#paths.has(path) || vendorNames.test(path)) return true;
    const name = posix.basename(path);
    return (
      (this.#words.has(name) && this.#paths.has(posix.dirname(path))) ||
      this.#tails.some((tail) => path.endsWith(tail))
    );
  }

  /** As mkdir -p makes it. */
  #isOnTheWay(path: string): boolean {
    return this.#folders.some((folder) => folder.startsWith(`${path}/`));
  }

  #isOfArchive(after: RecordedChange["after"]): boolean {
    if (after?.kind === "link") return this.#names.has(posix.basename(after.target ?? ""));
    return after?.sha256 !== undefined && this.#hashes.has(after.sha256);
  }

  #isBelowNamed(path: string): boolean {
    return this.#folders.some((folder) => path.startsWith(`${folder}/`));
  }
}
