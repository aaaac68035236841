import { Problem } from "../../../problem/problem.js";
import { errorMessage } from "../../../problem/thrown.js";
import { removeIfPossible } from "../../archive/private-folder.js";
import type { Entry, Files, Host } from "../../host.js";
import { rootsFile } from "../../rights.js";
import { runLdconfig } from "../ldconfig.js";
import { receiptFile } from "../receipt.js";
import { lookForTraces } from "./perform.js";
import type { InPlaceRecord, InPlaceRun } from "./record.js";
import { readTraces, runFolder, workIn, writeTraces } from "./run-folder.js";
import type { RunFolder } from "./run-folder.js";
import type { Trace } from "./traces.js";

const shownPaths = 50;
/** What may lie between the end of install.sh and the last of its writes. */
const graceMs = 60_000;

/** Where an installation in place stands: see `Standing` of the workflow, whose shape this is. */
export type InPlaceStanding =
  | { readonly state: "before" | "after" | "partly" }
  | { readonly state: "other"; readonly path: string; readonly because: string };

/**
 * Takes away what install.sh created, where it still is as it was left, and puts the receipt back; can be
 * repeated. What it changed or replaced cannot be put back: throws `installer-undo-incomplete` with each such
 * path once all else is done. `timeoutSeconds`, of the installer: what was changed later is not its work.
 */
export async function undoInPlace(
  record: InPlaceRecord,
  { host, folder: runsOwn }: InPlaceRun,
  timeoutSeconds: number,
): Promise<void> {
  const folder = runFolder(host, runsOwn);
  removeIfPossible(workIn(folder));
  const recorded = readTraces(host, folder);
  const traces = recorded ?? (await tracesOfCutOff(host, folder, record, timeoutSeconds));
  // kept, so that a second undoing does the same
  if (recorded === undefined) writeTraces(host, folder, traces);
  const left = [...removeTraces(filesFor(host, traces), traces)].reverse();
  putReceiptBack(host, record);
  if (host.commands.find("ldconfig") !== undefined) await runLdconfig(host);
  if (left.length > 0) throw incomplete(left);
}

/** Looks at all that install.sh created. */
export async function inPlaceStanding(
  record: InPlaceRecord,
  { host, folder: runsOwn }: Pick<InPlaceRun, "host" | "folder">,
  timeoutSeconds: number,
): Promise<InPlaceStanding> {
  const folder = runFolder(host, runsOwn);
  const recorded = readTraces(host, folder);
  const traces = recorded ?? (await tracesOfCutOff(host, folder, record, timeoutSeconds));
  const files = filesFor(host, traces);
  const created = traces.filter((trace) => trace.created);
  const states = created.map((trace) => traceStanding(files, trace));
  const other = created[states.indexOf("other")];
  if (other !== undefined)
    return { state: "other", path: other.path, because: "it was changed after install.sh ran" };
  const isGone = states.every((state) => state === "before") && created.length === traces.length;
  if (isGone) return { state: "before" };
  return { state: recorded !== undefined && states.every((state) => state === "after") ? "after" : "partly" };
}

/** Of an install.sh whose end nobody has seen. */
function tracesOfCutOff(
  host: Host,
  folder: RunFolder,
  record: InPlaceRecord,
  timeoutSeconds: number,
): Promise<readonly Trace[]> {
  return lookForTraces(host, folder, record, record.begun + timeoutSeconds * 1000 + graceMs);
}

/** What install.sh gave to others is theirs on the way. */
function filesFor(host: Host, traces: readonly Trace[]): Files {
  return host.files(...new Set(traces.map(({ state }) => state.uid)));
}

function putReceiptBack(host: Host, { receipt }: InPlaceRecord): void {
  if (receipt === null) host.files().remove(receiptFile);
  else host.files().write(receiptFile, Buffer.from(receipt), rootsFile);
}

function incomplete(left: readonly Left[]): Problem {
  const shown = left.slice(0, shownPaths).map(({ path, because }) => `${path}: ${because}`);
  const more = left.length - shown.length;
  return new Problem(
    "installer-undo-incomplete",
    left.length === 1
      ? "one thing is not as it was before install.sh ran"
      : `${left.length} things are not as they were before install.sh ran`,
    {
      detail: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
      hint:
        "install.sh ran in place, where there is no copy of what it changes: put these back from a backup, " +
        "or throw the image away",
    },
  );
}

/** A path that is not as it was before install.sh ran, and why. */
interface Left {
  readonly path: string;
  readonly because: string;
}

/**
 * Takes away what install.sh created, what folders hold before the folders, where it still is as it was left;
 * returns what is left and why, and never throws for a single path.
 */
export function removeTraces(files: Files, traces: readonly Trace[]): readonly Left[] {
  return [...traces].reverse().flatMap((trace): Left[] => {
    const { path, created } = trace;
    if (!created)
      return [
        { path, because: "it was changed or replaced while install.sh ran, and there is no copy of it" },
      ];
    try {
      const now = files.entry(path);
      if (now === undefined) return [];
      if (!isStill(files, trace, now)) return [{ path, because: "it was changed after install.sh ran" }];
      if (now.kind === "folder") files.removeFolder(path);
      else files.remove(path, now);
      return [];
    } catch (error) {
      return [{ path, because: errorMessage(error) }];
    }
  });
}

/** Whether it is gone, as install.sh left it, or as somebody has made it since. Only looks. */
function traceStanding(files: Files, trace: Trace): "before" | "after" | "other" {
  const now = files.entry(trace.path);
  if (now === undefined) return "before";
  return isStill(files, trace, now) ? "after" : "other";
}

function isStill(files: Files, { path, state }: Trace, now: Entry): boolean {
  if (now.kind !== state.kind) return false;
  // what was put into it since keeps it from being removed
  if (state.kind === "folder") return true;
  if (now.uid !== state.uid || now.gid !== state.gid) return false;
  if (state.kind === "link") return files.readLink(path) === state.target;
  if (now.mode !== state.mode) return false;
  return state.kind !== "file" || files.state(path)?.sha256 === state.sha256;
}
