import { Problem } from "../../problem/problem.js";
import { article } from "../files/trust.js";
import { clientModule, isClientModule } from "../../vendor/client.js";
import type { ArchiveEntry } from "./archive-entry.js";
import { shownEntry } from "./entry-rules.js";

export interface ArchiveContents {
  /** Relative path of the one install.sh. */
  readonly installer: string;
  /**
   * Relative paths of the files with the module's name: one for each machine type. Empty if the module is in
   * an archive within the archive.
   */
  readonly modules: readonly string[];
  /** X.Y.Z from the name of the archive or of its top folder, or "unknown". */
  readonly version: string;
}

/**
 * Finds the vendor's shape in the entries (the document: a folder with `install.sh` in it; the folder's name
 * is free). Problems: `archive-no-installer`, `archive-many-installers`, `archive-no-library`.
 */
export function archiveContents(entries: readonly ArchiveEntry[], archive: string): ArchiveContents {
  const modules = entries
    .filter((entry) => entry.kind === "file" && isClientModule(nameOf(entry.path)))
    .map((entry) => entry.path);
  const installer = onlyInstaller(entries, archive);
  if (modules.length === 0 && !mayHoldPacked(entries, installer))
    throw new Problem("archive-no-library", `the archive holds no ${clientModule}`, {
      where: { path: archive },
      detail: shownTop(entries),
      hint: "check that module.archive names the kNET PKCS #11 client for Linux",
    });
  const folder = entries.find((entry) => entry.path.includes("/"))?.path.split("/")[0] ?? "";
  return { installer, modules, version: versionIn(nameOf(archive)) ?? versionIn(folder) ?? "unknown" };
}

/** Endings of archives and packages. */
const packed = /\.(?:tar|t[gx]z|tbz2?|gz|xz|bz2|zst|zip|7z|cpio|deb|rpm|apk|run|bin)$/i;
/** A script this large carries data after its last line. */
const selfExtracting = 256 * 1024;

/**
 * Whether the module may be in an archive or package within the archive: then it is checked after install.sh
 * has unpacked it.
 */
function mayHoldPacked(entries: readonly ArchiveEntry[], installer: string): boolean {
  return entries.some(
    ({ kind, path, size }) =>
      kind === "file" && (packed.test(path) || (path === installer && size > selfExtracting)),
  );
}

function onlyInstaller(entries: readonly ArchiveEntry[], archive: string): string {
  const named = entries.filter((entry) => nameOf(entry.path) === "install.sh");
  const [first] = named;
  const where = { path: archive };
  if (first === undefined)
    throw new Problem("archive-no-installer", "the archive holds no install.sh", {
      where,
      detail: shownTop(entries),
      hint: "check that module.archive names the kNET PKCS #11 client for Linux",
    });
  if (named.length > 1)
    throw new Problem("archive-many-installers", "the archive holds more than one install.sh", {
      where,
      detail: named.map((entry) => shownEntry(entry.path)).join(", "),
      hint: "it is not clear which one to run; ask the vendor",
    });
  if (first.kind !== "file" || first.path.split("/").length > 2)
    throw new Problem("archive-no-installer", "install.sh is not a file in the archive's top folder", {
      where,
      detail: `entry ${shownEntry(first.path)} is ${article[first.kind]}`,
      hint: "check that module.archive names the kNET PKCS #11 client for Linux",
    });
  return first.path;
}

function shownTop(entries: readonly ArchiveEntry[]): string {
  const shown = entries.slice(0, 5).map((entry) => shownEntry(entry.path));
  if (shown.length === 0) return "it holds nothing at all";
  return (
    "it holds " +
    `${shown.join(", ")}${entries.length > shown.length ? ` and ${entries.length - shown.length} more` : ""}`
  );
}

function versionIn(name: string): string | undefined {
  return /(?:^|[-_v])(\d+\.\d+(?:\.\d+)*(?:-?[A-Za-z][\w]*)?)(?:\.tar(?:\.\w+)?|\.tgz|\.txz)?$/.exec(
    name,
  )?.[1];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
