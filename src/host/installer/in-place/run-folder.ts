import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { Problem } from "../../../problem/problem.js";
import type { Host } from "../../host.js";
import { folderOf, joined, nameOf } from "../../path.js";
import type { AbsolutePath } from "../../path.js";
import { rootsFile, rootsFolder } from "../../rights.js";
import { sizeLimits } from "../../size-limits.js";
import { resolveLinks } from "../resolve-links.js";
import { parseTraces } from "./traces.js";
import type { Trace } from "./traces.js";
import { othersBits } from "../../mode-bits.js";

/** Where an installation in place keeps what is known of it: `RUN/module/`, 0700 and root's. */
export interface RunFolder {
  /** As seen from inside the host's root, without links. */
  readonly folder: AbsolutePath;
  /** The same folder as a path of this machine. */
  readonly full: string;
}

const pathsFile = "paths-before.gz";

/** Creates the folder in the run's own one. */
export function createRunFolder(host: Host, run: AbsolutePath): RunFolder {
  host.files().createFolder(joined(run, "module"), rootsFolder);
  return runFolder(host, run);
}

/**
 * The folder's paths. Below it an installation in progress uses them by name, which is safe because only root
 * can enter it; that it really is that folder, inside the host's root, is checked here. Links of root's on
 * the way to the run's folder are followed there.
 */
export function runFolder(host: Host, run: AbsolutePath): RunFolder {
  const asked = joined(run, "module");
  const entry = host.files().entry(asked);
  const folder = joined(resolveLinks(host.files(), folderOf(asked)) ?? folderOf(asked), nameOf(asked));
  const full = host.root === "/" ? folder : host.root + folder;
  if (entry === undefined || (entry.kind === "folder" && entry.uid === 0 && (entry.mode & othersBits) === 0))
    return { folder, full };
  throw new Problem("archive-not-private", "the run's folder is not private", {
    where: { path: full },
    hint: "find out who changed it: it must be a folder of root's with mode 0700",
  });
}

/** Of the machine: the archive's own files. */
export function workIn({ full }: RunFolder): string {
  return join(full, "work");
}

/** Keeps which paths there are before install.sh runs; packed, since they are some hundred thousand. */
export function writePaths(host: Host, { folder }: RunFolder, paths: readonly string[]): void {
  const packed = gzipSync(paths.join("\0"), { level: 1 });
  host.files().write(joined(folder, pathsFile), packed, rootsFile);
}

/** Throws `journal-damaged` where they cannot be read: then nobody can tell what install.sh created. */
export function readPaths(host: Host, { folder }: RunFolder): ReadonlySet<string> {
  const file = joined(folder, pathsFile);
  try {
    const packed = host.files().read(file, sizeLimits.list) ?? Buffer.of();
    return new Set(gunzipSync(packed, { maxOutputLength: sizeLimits.allPaths }).toString("utf8").split("\0"));
  } catch (cause) {
    throw new Problem(
      "journal-damaged",
      "the record of what was there before install.sh ran cannot be read",
      {
        where: { path: file },
        hint: "find out what wrote to it; install.log beside it holds what install.sh printed",
        cause,
      },
    );
  }
}

export function writeTraces(host: Host, { folder }: RunFolder, traces: readonly Trace[]): void {
  host.files().write(tracesFile(folder), Buffer.from(JSON.stringify(traces, null, 1)), rootsFile);
}

/**
 * What install.sh was recorded to have left; undefined when that was not recorded (yet). Throws
 * `journal-damaged` for a record that cannot be read: then nothing must be called undone.
 */
export function readTraces(host: Host, { folder }: RunFolder): readonly Trace[] | undefined {
  const content = host.files().read(tracesFile(folder), sizeLimits.list);
  if (content === undefined) return undefined;
  const traces = parseTraces(content.toString("utf8"));
  if (traces !== undefined) return traces;
  throw new Problem("journal-damaged", "the record of what install.sh changed cannot be read", {
    where: { path: tracesFile(folder) },
    hint: "find out what wrote to it; module.json in /var/lib/knetctl lists what is installed",
  });
}

export function tracesFile(folder: AbsolutePath): AbsolutePath {
  return joined(folder, "changes.json");
}
