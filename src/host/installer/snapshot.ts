import { constants } from "node:fs";
import type { Stats } from "node:fs";

/** What lstat(2) tells of an entry; enough to see that it changed, not how. */
export interface SeenEntry {
  readonly kind: "file" | "folder" | "link" | "other";
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly modified: number;
  readonly changed: number;
  readonly inode: number;
  /** Text of a link. */
  readonly target?: string;
}

/** What is kept of an entry, as lstat(2) gives it; its mode says its kind too. */
export type SeenStats = Pick<Stats, "mode" | "uid" | "gid" | "size" | "mtimeMs" | "ctimeMs" | "ino">;

/** Every entry by its path as seen from inside the host's root; folders come before what they hold. */
export type Snapshot = Pick<ReadonlyMap<string, SeenEntry>, "get" | typeof Symbol.iterator>;

const fields = 7;

/**
 * A snapshot of a whole system, some hundred thousand entries, in a few large pieces: an object for each
 * entry would take longer to make than looking at it. Entries become objects one at a time, when they are
 * asked for.
 */
export class PackedSnapshot implements Snapshot {
  #numbers: Float64Array;
  #places: Map<string, number> | undefined;

  /**
   * Of a snapshot taken before: its paths, what is kept of each as numbers, and the texts of links by their
   * paths.
   */
  constructor(
    readonly paths: string[] = [],
    numbers = new Float64Array(fields << 16),
    readonly targets = new Map<string, string>(),
  ) {
    this.#numbers = numbers;
  }

  get numbers(): Float64Array {
    return this.#numbers.subarray(0, this.paths.length * fields);
  }

  /** Adds an entry; a path is added once. `target` is the text of a link. */
  add(path: string, { mode, uid, gid, size, mtimeMs, ctimeMs, ino }: SeenStats, target?: string): void {
    const at = this.paths.length * fields;
    if (at + fields > this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    numbers[at] = mode;
    numbers[at + 1] = uid;
    numbers[at + 2] = gid;
    numbers[at + 3] = size;
    numbers[at + 4] = mtimeMs;
    numbers[at + 5] = ctimeMs;
    numbers[at + 6] = ino;
    this.paths.push(path);
    if (target !== undefined) this.targets.set(path, target);
    this.#places = undefined;
  }

  #grow(): void {
    const numbers = new Float64Array(this.#numbers.length * 2 + fields);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }

  get(path: string): SeenEntry | undefined {
    const place = this.#placeOf(path);
    return place === undefined ? undefined : this.#entry(place);
  }

  *[Symbol.iterator](): MapIterator<[string, SeenEntry]> {
    for (let place = 0; place < this.paths.length; place++)
      yield [this.paths[place] ?? "", this.#entry(place)];
  }

  /** The paths of which anything is not as in `before`, those that are new among them. */
  differingFrom(before: PackedSnapshot): readonly string[] {
    let expected = 0;
    return this.paths.filter((path, place) => {
      // two walks go the same way, but for what has changed
      const then = before.paths[expected] === path ? expected : before.#placeOf(path);
      if (then !== undefined) expected = then + 1;
      return (
        then === undefined ||
        this.#differs(place, before, then) ||
        this.targets.get(path) !== before.targets.get(path)
      );
    });
  }

  #differs(place: number, before: PackedSnapshot, then: number): boolean {
    const [at, thenAt] = [place * fields, then * fields];
    for (let field = 0; field < fields; field++)
      if (this.#numbers[at + field] !== before.#numbers[thenAt + field]) return true;
    return false;
  }

  /** The paths that `later` has not. */
  missingFrom(later: PackedSnapshot): readonly string[] {
    let expected = 0;
    return this.paths.filter((path) => {
      const now = later.paths[expected] === path ? expected : later.#placeOf(path);
      if (now !== undefined) expected = now + 1;
      return now === undefined;
    });
  }

  #placeOf(path: string): number | undefined {
    this.#places ??= new Map(this.paths.map((name, place) => [name, place]));
    return this.#places.get(path);
  }

  #entry(place: number): SeenEntry {
    const [mode = 0, uid = 0, gid = 0, size = 0, modified = 0, changed = 0, inode = 0] =
      this.#numbers.subarray(place * fields, (place + 1) * fields);
    const entry = { kind: kindOf(mode), mode: mode & 0o7777, uid, gid, size, modified, changed, inode };
    const target = entry.kind === "link" ? this.targets.get(this.paths[place] ?? "") : undefined;
    return target === undefined ? entry : { ...entry, target };
  }
}

/** The kind that the mode of lstat(2) tells. */
export function kindOf(mode: number): SeenEntry["kind"] {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return "file";
    case constants.S_IFDIR:
      return "folder";
    case constants.S_IFLNK:
      return "link";
    default:
      return "other";
  }
}
