import { fieldsOf } from "../../../formats/json/json-values.js";
import { modeText } from "../../../formats/text/mode-text.js";
import type { Files, FileState, Rights } from "../../../host/host.js";
import { type AbsolutePath, joined } from "../../../host/path.js";
import { sha256 } from "../../../host/random-hex.js";
import { rootsFile } from "../../../host/rights.js";
import { sizeLimits } from "../../../host/size-limits.js";
import { Problem } from "../../../problem/problem.js";
import type { CommonChange, RunContext } from "../../change-kind.js";
import { commandAt, shellPath } from "./by-hand.js";
import { changedSincePlan } from "./changed-by-others.js";
import { rightsOf } from "./kept-content.js";

/** A file as a plan saw it. */
export interface SeenFile extends Rights {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Number of names (hard links); absent: one. */
  readonly links?: number;
  /** Of these, others in the same folder. */
  readonly otherNames?: readonly string[];
}

/** A file as it was: content and attributes are in the run's folder, readable only by root. */
export interface KeptFile extends SeenFile {
  readonly backup: string;
}

/**
 * Whether a file has the content, owner and mode that were seen; null and undefined mean that there is none.
 */
export function isAsSeen(now: FileState | undefined, seen: SeenFile | null): boolean {
  if (now === undefined || seen === null) return now === undefined && seen === null;
  return now.sha256 === seen.sha256 && now.size === seen.size && hasRights(now, seen);
}

/** Whether owner and mode are these. */
export function hasRights(now: Rights, { mode, uid, gid }: Rights): boolean {
  return now.mode === mode && now.uid === uid && now.gid === gid;
}

/** Throws `workflow-changed-since-plan` unless what stands there is what the plan saw. */
export function requireAsSeen(path: AbsolutePath, now: FileState | undefined, seen: SeenFile | null): void {
  if (isAsSeen(now, seen)) return;
  throw changedSincePlan(path, differenceOf(now, seen));
}

function differenceOf(now: FileState | undefined, seen: SeenFile | null): string {
  if (seen === null) return "there was no file of that name";
  if (now === undefined) return "it is gone";
  return now.sha256 === seen.sha256
    ? `it is now ${modeText(now.mode)} and belongs to ${now.uid}:${now.gid}`
    : "its content is not what the plan was made from";
}

/** Keeps a copy of a file in the run's folder, with its attributes; undefined where there is none. */
export function keepWhole(
  files: Files,
  path: AbsolutePath,
  { folder, number }: RunContext,
): KeptFile | undefined {
  if (files.entry(path) === undefined) return undefined;
  const state = files.state(path);
  const content = files.read(path, sizeLimits.installed);
  if (state === undefined || content === undefined) return undefined;
  if (sha256(content) !== state.sha256)
    throw changedSincePlan(path, "it was changed while it was being read");
  const backup = `before-${number}`;
  files.install(joined(folder, backup), content, rootsFile, {
    attributesOf: { path },
    check: () => undefined,
  });
  const { mode, uid, gid, size, links } = state;
  return { backup, sha256: state.sha256, size, mode, uid, gid, ...(links > 1 && { links }) };
}

/** What becomes of the other names of a file that a change removes or replaces; none for one without. */
export function linkLines({ links = 1, otherNames = [] }: Partial<SeenFile>): readonly string[] {
  if (links === 1) return [];
  const elsewhere = links - 1 - otherNames.length;
  const others = [...otherNames, ...(elsewhere > 0 ? [`${elsewhere} in other folders`] : [])].join(", ");
  return [`the file has ${links} names (hard links); the others keep the old one: ${others}`];
}

/** Puts a kept file back with its attributes; `check` as for `Files.install`. */
export function putBack(
  files: Files,
  path: AbsolutePath,
  kept: KeptFile,
  run: RunContext,
  check: (now: FileState | undefined) => void,
): void {
  const backup = joined(run.folder, kept.backup);
  const content = files.read(backup, sizeLimits.installed);
  if (content === undefined || sha256(content) !== kept.sha256)
    throw backupLost(backup, content !== undefined);
  const { mode, uid, gid, links = 1 } = kept;
  files.install(path, content, { mode, uid, gid }, { attributesOf: { path: backup }, check });
  if (links > 1)
    run.report(
      `${path} is a file of its own now; before the run, it was one of ${links} names of a file (hard links)`,
    );
}

function backupLost(path: AbsolutePath, isThere: boolean): Problem {
  return new Problem(
    "journal-damaged",
    `the copy of a file from before the run ${isThere ? "has changed" : "is gone"}`,
    { where: { path }, hint: "put the file back from a backup of this host" },
  );
}

/** What `keepWhole` gave, back from a journal. */
export function keptFile(json: unknown): KeptFile | undefined {
  const { backup, sha256: hash, size, links } = fieldsOf(json);
  const rights = rightsOf(json);
  const isKept =
    typeof backup === "string" &&
    /^before-\d+$/.test(backup) &&
    typeof hash === "string" &&
    /^[0-9a-f]{64}$/.test(hash) &&
    typeof size === "number";
  return isKept && rights !== undefined
    ? { backup, sha256: hash, size, ...rights, ...(typeof links === "number" && { links }) }
    : undefined;
}

/**
 * The command that puts it back. The attributes come along, but not where somebody else may exchange the file
 * between one command and the next.
 */
export function putBackWholeByHand(
  change: Pick<CommonChange, "path" | "trusting">,
  kept: KeptFile,
  { folder, host }: Pick<RunContext, "folder" | "host">,
): string {
  const copy = shellPath(host, joined(folder, kept.backup));
  const mode = modeText(kept.mode);
  return commandAt(host, change, (word) => {
    const install = `install -T -o ${kept.uid} -g ${kept.gid} -m ${mode} ${copy} ${word}`;
    const dress = `cp -T --attributes-only --preserve=mode,xattr ${copy} ${word} && chmod ${mode} ${word}`;
    return change.trusting === undefined ? `${install} && ${dress}` : install;
  });
}
