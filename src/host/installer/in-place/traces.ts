import { isRecord } from "../../../formats/json/json-values.js";
import { vendorNames } from "../../../vendor/client.js";
import { asAbsolutePath } from "../../path.js";
import type { AbsolutePath } from "../../path.js";
import { isOfArchive } from "../archive-files.js";
import type { ArchiveFiles } from "../archive-files.js";
import { isRecordedNumber } from "../receipt.js";
import { loaderCache, walIndex } from "../staged/judge.js";
import type { EntryState } from "../staged/entry-state.js";
import type { ChangedEntry } from "./changed-since.js";

/** What install.sh left at a path of the host itself. */
export interface Trace {
  readonly path: AbsolutePath;
  /** True: nothing was there before, and it can be taken away. False: something was, and is lost. */
  readonly created: boolean;
  readonly state: EntryState;
}

/** Where installers work, and where little else changes while one runs. */
const systems = /^\/(?:etc|opt|usr|lib\w*|s?bin|boot|srv)(?:\/|$)/;

/**
 * What install.sh left, told from what other programs did meanwhile: its own is what changed in the system's
 * folders, what is new and the archive's or bears the vendor's name, and all in folders that it made; of what
 * is new, nothing that another account put into a folder that was there. Takes the entries in the order of
 * their paths.
 */
export function tracesOf(
  entries: readonly ChangedEntry[],
  archive: ArchiveFiles,
  state: (path: string) => EntryState | null,
): readonly Trace[] {
  const made = new Set<string>();
  return entries.flatMap(({ path, isNew }) => {
    const at = asAbsolutePath(path);
    if (at === undefined || loaderCache.test(path) || (!isNew && walIndex.test(path))) return [];
    const isInside = made.has(path.slice(0, path.lastIndexOf("/")));
    const now = state(path);
    if (now === null) return [];
    const isVendors = isNew && (vendorNames.test(path) || isOfArchive(contentOf(now), archive));
    const isIts = isInside || isVendors || systems.test(path);
    if (!isIts || (isNew && !isInside && now.uid !== 0)) return [];
    if (isNew && now.kind === "folder") made.add(path);
    return [{ path: at, created: isNew, state: now }];
  });
}

function contentOf(state: EntryState): { readonly sha256?: string; readonly target?: string } {
  if (state.kind === "file") return { sha256: state.sha256 };
  return state.kind === "link" ? { target: state.target } : {};
}

/** What was written of them; undefined when it is not that. */
export function parseTraces(text: string): readonly Trace[] | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const traces = Array.isArray(json) ? json.map(parseTrace) : [undefined];
    const whole = traces.filter((trace) => trace !== undefined);
    return whole.length === traces.length ? whole : undefined;
  } catch {
    return undefined;
  }
}

function parseTrace(json: unknown): Trace | undefined {
  if (!isRecord(json) || typeof json["created"] !== "boolean" || typeof json["path"] !== "string")
    return undefined;
  const path = asAbsolutePath(json["path"]);
  const state = isRecord(json["state"]) ? parseState(json["state"]) : undefined;
  return path === undefined || state === undefined ? undefined : { path, created: json["created"], state };
}

function parseState(json: Readonly<Record<string, unknown>>): EntryState | undefined {
  const { kind, mode, uid, gid, size, sha256, target } = json;
  if (!isRecordedNumber(mode) || !isRecordedNumber(uid) || !isRecordedNumber(gid)) return undefined;
  const owned = { mode, uid, gid };
  switch (kind) {
    case "folder":
    case "device":
    case "fifo":
    case "socket":
      return { kind, ...owned };
    case "link":
      return typeof target === "string" ? { kind, ...owned, target } : undefined;
    case "file":
      return typeof sha256 === "string" && typeof size === "number"
        ? { kind, ...owned, size, sha256 }
        : undefined;
    default:
      return undefined;
  }
}
