import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileClock } from "../../stage/file-clock.js";
import type { Attributes, Host } from "../../host.js";
import { requirePrograms } from "../../commands/find-program.js";
import { distributionOf, installHint } from "../../distribution.js";
import { asAbsolutePath, folderOf, joined, path } from "../../path.js";
import type { AbsolutePath } from "../../path.js";
import { sizeLimits } from "../../size-limits.js";
import type { Stage } from "../../stage/stage.js";
import { Problem } from "../../../problem/problem.js";
import { clientModule } from "../../../vendor/client.js";
import { archiveFiles } from "../archive-files.js";
import type { ArchiveFiles } from "../archive-files.js";
import { receiptOf } from "../installed-module.js";
import type { MadeEntry } from "../modules-files.js";
import type { PreparedModule } from "../prepare-module.js";
import type { Receipt } from "../receipt.js";
import { registrationOf } from "../registration.js";
import type { Registration } from "../registration.js";
import { questionIn, runInstallScript } from "../run-install-script.js";
import { attributesOf } from "./attributes.js";
import { inOrder, since, touchedEntries } from "./compare.js";
import type { StagedEntry, Trees } from "./compare.js";
import { type EntryState, isSame, statsOf } from "./entry-state.js";
import { isLeftOut, judge, loaderCache } from "./judge.js";
import type { Judged } from "./judge.js";
import { withOtherNames } from "./other-names.js";
import { requireOwnFolders } from "./require-own-folders.js";

/** How install.sh is to be run. */
export interface Installation {
  readonly archive: AbsolutePath;
  readonly timeoutSeconds: number;
  /** Lines for its standard input. */
  readonly answers: readonly string[];
  readonly network: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What install.sh did in a stage, and what the module would be then. */
export interface StagedInstallation extends Judged {
  readonly brought: ArchiveFiles;
  readonly receipt: Receipt;
  readonly registration: Registration;
  /** The dynamic loader's cache, if ldconfig built it anew. */
  readonly cache: Buffer | undefined;
  /** What it left running, and what was ended with it. */
  readonly left: readonly { readonly name: string; readonly pid: number }[];
  /** Who owns the folder of a path, or the nearest one above that is not root's; 0: all are root's. */
  readonly ownerAbove: (path: AbsolutePath) => number;
  /** A path of this machine that opens what lies at a path of the stage, as long as the stage is open. */
  readonly opener: (path: AbsolutePath) => string;
}

const cacheFile = path("/etc/ld.so.cache");
/** Behind the wall, where nothing of the host's lies. */
const shownAt = path("/tmp/knet");

/**
 * Runs the install.sh of an archive behind the wall of a stage, in which the changes planned before it were
 * made, and finds out all that it did. The host stays as it is. Problems: those of `runInstallScript`,
 * `judge` and `receiptOf`.
 */
export async function stageInstallation(
  stage: Stage,
  host: Host,
  { archive, extracted, interpreter }: PreparedModule,
  what: Installation,
): Promise<StagedInstallation> {
  requirePrograms(host.commands, ["tar"], installHint(distributionOf(host.files()), { debian: "tar" }));
  const trees: Trees = {
    merged: stage.opener,
    host: host.root === "/" ? "" : host.root,
    layers: stage.layers,
    isLeftOut,
  };
  const brought = archiveFiles(extracted, archive.entries);
  const earlier = touchedEntries(trees);
  let left: StagedInstallation["left"] = [];
  const lastWords = await runInstallScript(
    async (command) => {
      const result = await stage.runWalled({
        ...command,
        network: what.network,
        shows: { folder: extracted, at: shownAt },
      });
      ({ left } = result);
      return result;
    },
    {
      folder: joined(shownAt, ...archive.installer.split("/").slice(0, -1)),
      interpreter,
      timeoutSeconds: what.timeoutSeconds,
      answers: what.answers,
      reads: questionIn(scriptOf(extracted, archive.installer)),
      archive: what.archive,
      staged: true,
      signal: what.signal,
    },
  );
  const entries = await withAttributes(host, trees, since(earlier, touchedEntries(trees)));
  const judged = judge(withOtherNames(inOrder(entries), trees.host), what.archive);
  requireUnchanged(judged.changes, trees.host, { from: stage.opened, to: fileClock(extracted) });
  requireOwnFolders(judged.changes, host.root, (file) => ownerAbove(trees, file));
  const installed = { ...brought, path: what.archive, sha256: archive.sha256, version: archive.version };
  const again = entries.filter(({ before, after }) => isSame(before, after)).flatMap(made);
  const work = { made: judged.changes.flatMap(made), again };
  const receipt = receiptOf(stage.host, installed, work, lastWords);
  return {
    ...judged,
    brought,
    receipt,
    registration: registrationOf(stage.host.files(), clientModule, receipt.library),
    cache: judged.refreshesCache ? cacheIn(stage.host) : undefined,
    left,
    ownerAbove: (file) => ownerAbove(trees, file),
    opener: (file) => stage.opener + file,
  };
}

/** Undefined where there is none, or something else in its place. */
function cacheIn(host: Host): Buffer | undefined {
  const files = host.files();
  return files.entry(cacheFile)?.kind === "file" ? files.read(cacheFile, sizeLimits.list) : undefined;
}

/** Two moments by the clock of change times. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Throws `workflow-changed-since-plan` if somebody changed on the host what install.sh changes too: the stage
 * may hold an older copy of it, and what they did would be lost. A clock that was set back meanwhile makes
 * the span longer; a time in the future, of a clock that was wrong once, tells nothing.
 */
function requireUnchanged(changes: Judged["changes"], host: string, { from, to }: Span): void {
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  const since = changes.filter(({ path: at }) => {
    const changed = statsOf(host + at)?.ctimeMs;
    return changed !== undefined && changed >= first && changed <= last;
  });
  const [one] = since;
  if (one === undefined) return;
  throw new Problem("workflow-changed-since-plan", "this host was changed while install.sh was tried", {
    where: { path: one.path },
    detail: since.map(({ path: at }) => `${at}: install.sh changes it too`).join("\n"),
    hint: "knetctl changed nothing; run again when whoever else is at work on this host has finished",
  });
}

/** In the stage as it is now, or, of what is gone there, on the host. */
function ownerAbove({ merged, host }: Trees, file: AbsolutePath): number {
  for (let folder = folderOf(file); folder !== "/"; folder = folderOf(folder)) {
    const uid = statsOf(merged + folder)?.uid ?? statsOf(host + folder)?.uid ?? 0;
    if (uid !== 0) return uid;
  }
  return 0;
}

/** As it was before it ran: it may change itself. */
function scriptOf(extracted: string, installer: string): string {
  return readFileSync(join(extracted, dirname(installer), "install.sh"), "utf8");
}

/**
 * Those of the top of a file system are left out: in a stage, that is a folder of its own, which has none.
 */
async function withAttributes(
  host: Host,
  trees: Trees,
  entries: readonly StagedEntry[],
): Promise<readonly StagedEntry[]> {
  const tar = host.commands.find("tar") ?? path("/usr/bin/tar");
  const tops = new Set(trees.layers.map(({ covers }) => covers));
  const known = (side: "before" | "after"): readonly string[] =>
    entries
      .filter((entry) => hasAttributes(entry.after) && hasAttributes(entry[side]) && !tops.has(entry.path))
      // what is not copied to the host needs none
      .filter(({ path: at }) => !loaderCache.test(at))
      .map((entry) => entry.path);
  // what changes planned before made is not on the host yet
  const onHost = known("before")
    .map((at) => trees.host + at)
    .filter((file) => hasAttributes(stateOf(file)));
  // asked for at once: to start a program takes longer than what it does
  const found = await attributesOf(tar, "", [...onHost, ...known("after").map((at) => trees.merged + at)]);
  return entries.map((entry) => ({
    ...entry,
    before: withThem(entry.before, found.get(trees.host + entry.path)),
    after: withThem(entry.after, found.get(trees.merged + entry.path)),
  }));
}

function hasAttributes(state: { readonly kind: string } | null): boolean {
  return state?.kind === "file" || state?.kind === "folder";
}

function stateOf(file: string): { readonly kind: string } | null {
  const stats = statsOf(file);
  return stats === undefined ? null : { kind: stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "" };
}

function withThem(state: EntryState | null, attributes: Attributes | undefined): EntryState | null {
  return (state?.kind === "file" || state?.kind === "folder") && attributes !== undefined
    ? { ...state, attributes }
    : state;
}

function made({ path: name, after }: StagedEntry): MadeEntry[] {
  const at = asAbsolutePath(name);
  if (after === null || at === undefined) return [];
  const { uid } = after;
  if (after.kind === "file") return [{ path: at, uid, sha256: after.sha256 }];
  return [after.kind === "link" ? { path: at, uid, target: after.target } : { path: at, uid }];
}
