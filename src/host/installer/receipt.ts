import { createHash } from "node:crypto";
import { isRecord } from "../../formats/json/json-values.js";
import { Problem } from "../../problem/problem.js";
import type { Entry, Files, Host } from "../host.js";
import { asAbsolutePath, joined, path as literal, stateFolder } from "../path.js";
import type { AbsolutePath } from "../path.js";
import { sizeLimits } from "../size-limits.js";

/** A file or link that an installer put there, as it left it. */
export interface InstalledFile {
  readonly path: AbsolutePath;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a file. */
  readonly sha256?: string;
  /** Of a link. */
  readonly target?: string;
}

/** What is installed from which archive: the host's own memory of the last installation that succeeded. */
export interface Receipt {
  readonly format: 1;
  readonly archiveSha256: string;
  readonly archiveName: string;
  readonly version: string;
  readonly files: readonly InstalledFile[];
  /** The module itself, one of `files`. */
  readonly library: AbsolutePath;
}

export const receiptFile = joined(stateFolder, "module.json");

/**
 * The receipt; undefined when there is none. One that is not ours, or damaged, is `module-receipt-invalid`.
 */
export function readReceipt(files: Files): Receipt | undefined {
  const content = files.read(receiptFile, sizeLimits.list);
  if (content === undefined) return undefined;
  const receipt = parseReceipt(content.toString("utf8"));
  if (receipt !== undefined) return receipt;
  throw new Problem("module-receipt-invalid", "the record of the installed module is damaged", {
    where: { path: receiptFile },
    hint: "move the file away and run apply: the module is then installed again",
  });
}

/** As it is kept. The same installation gives the same text, so that a plan can be made twice. */
export function receiptText(receipt: Receipt): string {
  return `${JSON.stringify(receipt, null, 1)}\n`;
}

/**
 * The state of a path now, in the receipt's words; undefined when it is neither file nor link. It is only
 * read, and an installer may give folders and files to accounts of its own, so that whoever owns them may.
 */
export function installedFile(host: Pick<Host, "files">, path: AbsolutePath): InstalledFile | undefined {
  const { owners, entry } = entryBelowAny(host, path);
  if (entry === undefined) return undefined;
  const rights = { path, mode: entry.mode, uid: entry.uid, gid: entry.gid };
  const files = host.files(...owners, entry.uid);
  if (entry.kind === "link") return { ...rights, target: files.readLink(path) ?? "" };
  const content = entry.kind === "file" ? files.read(path, sizeLimits.leftInPlace) : undefined;
  return content && { ...rights, sha256: createHash("sha256").update(content).digest("hex") };
}

/** An entry below folders of anybody, and who these are but root. */
function entryBelowAny(
  host: Pick<Host, "files">,
  path: AbsolutePath,
): { readonly owners: readonly number[]; readonly entry: Entry | undefined } {
  try {
    // most often they are all root's
    return { owners: [], entry: host.files().entry(path) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
  const owners = ownersAbove(host, path);
  return { owners, entry: host.files(...owners).entry(path) };
}

/** Of the folders on the way. */
function ownersAbove(host: Pick<Host, "files">, path: AbsolutePath): readonly number[] {
  const owners = new Set<number>();
  const names = path.split("/").slice(1, -1);
  for (const index of names.keys()) {
    const entry = host.files(...owners).entry(joined(literal("/"), ...names.slice(0, index + 1)));
    if (entry === undefined) break;
    owners.add(entry.uid);
  }
  return [...owners];
}

function parseReceipt(text: string): Receipt | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(json) || json["format"] !== 1 || !Array.isArray(json["files"])) return undefined;
  const { archiveSha256, archiveName, version } = json;
  const library = absolute(json["library"]);
  const files = json["files"].map(parseFile);
  const whole = files.filter((file) => file !== undefined);
  if (whole.length !== files.length || library === undefined) return undefined;
  if (typeof archiveSha256 !== "string" || typeof archiveName !== "string" || typeof version !== "string")
    return undefined;
  return { format: 1, archiveSha256, archiveName, version, files: whole, library };
}

function parseFile(json: unknown): InstalledFile | undefined {
  if (!isRecord(json)) return undefined;
  const path = absolute(json["path"]);
  const { mode, uid, gid, sha256, target } = json;
  if (path === undefined || !isRecordedNumber(mode) || !isRecordedNumber(uid) || !isRecordedNumber(gid))
    return undefined;
  return {
    path,
    mode,
    uid,
    gid,
    ...(typeof sha256 === "string" && { sha256 }),
    ...(typeof target === "string" && { target }),
  };
}

function absolute(value: unknown): AbsolutePath | undefined {
  return typeof value === "string" ? asAbsolutePath(value) : undefined;
}

/** Whether what a record gives for a mode or an id can be one; JSON's 1e999 is a number too. */
export function isRecordedNumber(json: unknown): json is number {
  return typeof json === "number" && Number.isInteger(json) && json >= 0 && json < 0xffff_ffff;
}
