import { gibibyte, mebibyte } from "../../formats/units.js";

/** An entry of a tar archive according to its header; nothing is trusted yet. */
export interface RawEntry {
  /** As written, with `./` and trailing slashes. */
  readonly path: string;
  /** The word of the header's type: "File", "Directory", "SymbolicLink", "Link", "FIFO", … */
  readonly type: string;
  readonly mode: number;
  readonly size: number;
  readonly target: string | undefined;
}

/** An entry that the rules allow. */
export interface ArchiveEntry {
  /** Relative, normalised: `kNET-PKCS11-Linux-1.7.0/install.sh`. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  readonly mode: number;
  readonly size: number;
}

/** The kind of an entry by its type word; undefined for those that are never allowed. */
export function entryKind(type: string): ArchiveEntry["kind"] | undefined {
  switch (type) {
    case "File":
    case "OldFile":
    case "ContiguousFile":
      return "file";
    case "Directory":
      return "folder";
    case "SymbolicLink":
      return "link";
    default:
      return undefined;
  }
}

/** The components of the path, without empty ones and `.`; empty for the archive's own folder. */
export function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** What an archive may hold. The vendor's is far below each of these. */
export const archiveLimits = {
  /** Bytes of the file, and of the tar inside a compressed one: 1 GiB. */
  bytes: gibibyte,
  entries: 10_000,
  /** Names one inside the other. */
  depth: 32,
  /** Unpacked bytes for one packed byte, once there are more than `ratioFrom` of them. */
  ratio: 200,
  ratioFrom: 16 * mebibyte,
  /** Refused entries that are shown. */
  shownProblems: 20,
} as const;
