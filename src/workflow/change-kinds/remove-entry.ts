import { fieldsOf } from "../../formats/json/json-values.js";
import { modeText } from "../../formats/text/mode-text.js";
import { article } from "../../host/files/trust.js";
import type { Attributes, Entry, Files, Rights } from "../../host/host.js";
import { type AbsolutePath, folderOf } from "../../host/path.js";
import { privateModes } from "../../host/rights.js";
import { groupBits } from "../../host/mode-bits.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { commandAt } from "./shared/by-hand.js";
import { changedSincePlan, refuseOther, undoUnsafe } from "./shared/changed-by-others.js";
import { linkByHand, type SeenLink, seenLink } from "./create-link.js";
import type { removeEntryKind } from "./shared/follows-on.js";
import { rightsOf } from "./shared/kept-content.js";
import {
  hasRights,
  keepWhole,
  keptFile,
  type KeptFile,
  linkLines,
  putBack,
  putBackWholeByHand,
  requireAsSeen,
  type SeenFile,
} from "./shared/kept-file.js";
import { trustedFiles } from "./shared/named-accounts.js";
import { attributesFrom } from "./set-attributes.js";

/** What is to be removed, as the plan saw it. */
export type SeenEntry =
  | ({ readonly kind: "file" } & SeenFile)
  | ({ readonly kind: "link" } & SeenLink)
  | ({ readonly kind: "folder" } & Rights);

/** Remove a file, a link, or a folder that is empty by then. */
export interface RemoveEntry extends CommonChange {
  readonly kind: typeof removeEntryKind;
  readonly was: SeenEntry;
}

/** A removed file is kept in the run's folder, with its attributes. */
export const removeEntry: ChangeKind<RemoveEntry, Prior> = {
  text: ({ path, was }) => {
    if (was.kind === "link") return `remove link ${path} → ${was.target}`;
    return was.kind === "file" ? `remove file ${path}` : `remove folder ${path}`;
  },
  isNew: () => false,
  summary: ({ was }) => (was.kind === "file" ? linkLines(was) : []),
  json: ({ was }) => ({ was: was.kind === "link" ? was : { ...was, mode: modeText(was.mode) } }),

  changesContent: true,
  isWhole: true,

  parsePrior: removedFrom,

  record: (change, run) => {
    const files = filesOf(change, run);
    const entry = files.entry(change.path);
    return Promise.resolve(entry === undefined ? { was: "nothing" } : recorded(change, entry, files, run));
  },

  perform: (change, _prior, run) => {
    const { path, was } = change;
    const files = filesOf(change, run);
    const entry = files.entry(path);
    if (entry?.kind !== was.kind)
      throw changedSincePlan(
        path,
        entry === undefined ? "it is gone" : `${article[entry.kind]} is there now`,
      );
    if (was.kind === "file") {
      const state = files.state(path);
      requireAsSeen(path, state, was);
      files.remove(path, state);
    } else if (was.kind === "link") {
      if (files.readLink(path) !== was.target || entry.uid !== was.uid || entry.gid !== was.gid)
        throw changedSincePlan(path, "it is a different link");
      files.remove(path, entry);
    } else {
      if (!hasRights(entry, was)) throw changedSincePlan(path, "its owner or mode has changed");
      files.removeFolder(path);
    }
    return Promise.resolve();
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: (change, prior, run) => {
    const now = standing(change, prior, run);
    refuseOther(now);
    const files = filesOf(change, run);
    files.removeTemporaries(folderOf(change.path));
    if (now.state === "after") restore(change, prior, files, run);
    else if (now.state === "partly" && prior.was === "folder") finishFolder(change, prior, files);
    return Promise.resolve();
  },

  byHand: removedByHand,
};

/** Trusts the account that owned it. */
function filesOf(change: RemoveEntry, { host }: RunContext): Files {
  return trustedFiles(host, change, change.was.uid);
}

function recorded({ path }: RemoveEntry, entry: Entry, files: Files, run: RunContext): Prior {
  const { kind, mode, uid, gid } = entry;
  if (kind === "folder") return { was: kind, mode, uid, gid, ...attributesOf(files, path) };
  if (kind === "link") return { was: kind, target: files.readLink(path) ?? "", uid, gid };
  const kept = keepWhole(files, path, run);
  return kept === undefined ? { was: "nothing" } : { was: "file", ...kept };
}

/** Access control lists and others, as far as there are any. */
function attributesOf(files: Files, path: AbsolutePath): { readonly attributes?: Attributes } {
  const attributes = files.attributes(path) ?? {};
  return Object.keys(attributes).length === 0 ? {} : { attributes };
}

function standing(change: RemoveEntry, prior: Prior, run: RunContext): Standing {
  const { path } = change;
  const files = filesOf(change, run);
  const entry = files.entry(path);
  if (entry === undefined) return { state: prior.was === "nothing" ? "before" : "after" };
  if (prior.was === "folder" && entry.kind === "folder")
    return { state: isHalfMade(entry, prior) || isBare(path, prior, files) ? "partly" : "before" };
  const isBefore =
    prior.was === entry.kind &&
    (prior.was === "file"
      ? files.state(path)?.sha256 === prior.sha256
      : prior.was === "link" && files.readLink(path) === prior.target);
  return isBefore
    ? { state: "before" }
    : { state: "other", path, because: `something else is there now: ${article[entry.kind]}` };
}

/** As a new folder is before it gets its owner and mode, unless those are what it was to get. */
function isHalfMade(entry: Entry, prior: Rights): boolean {
  const isOurs = entry.uid === 0 || (entry.uid === prior.uid && entry.gid === prior.gid);
  return entry.mode === privateModes.folder && isOurs && !hasRights(entry, prior);
}

/** As it is before it gets its attributes. */
function isBare(path: AbsolutePath, { attributes }: KeptFolder, files: Files): boolean {
  return attributes !== undefined && attributesOf(files, path).attributes === undefined;
}

function restore({ path }: RemoveEntry, prior: Prior, files: Files, run: RunContext): void {
  if (prior.was === "folder") {
    files.createFolder(path, bare(prior));
    finishFolder({ path }, prior, files);
  }
  if (prior.was === "link") files.createLink(path, prior.target, prior, null);
  else if (prior.was === "file")
    putBack(files, path, prior, run, (now) => {
      if (now !== undefined)
        throw undoUnsafe({ state: "other", path, because: "another file was put there just now" });
    });
}

/** As before an access control list, whose mask the mode shows as what the group may do. */
function bare({ mode, uid, gid, attributes }: KeptFolder): Rights {
  return { mode: attributes === undefined ? mode : mode & ~groupBits, uid, gid };
}

function finishFolder({ path }: Pick<RemoveEntry, "path">, prior: KeptFolder, files: Files): void {
  const entry = files.entry(path);
  if (entry === undefined) return;
  const rights = bare(prior);
  if (!hasRights(entry, prior) && !hasRights(entry, rights)) {
    files.setOwner(path, entry, prior);
    files.setMode(path, { ...entry, uid: prior.uid, gid: prior.gid }, rights.mode);
  }
  const { attributes, mode } = prior;
  const now = files.entry(path);
  if (attributes !== undefined && now !== undefined)
    files.setAttributes(path, now, files.attributes(path) ?? {}, { attributes, mode });
}

/** What was in the place where something is removed. */
type Prior =
  | { readonly was: "nothing" }
  | ({ readonly was: "file" } & KeptFile)
  | ({ readonly was: "link" } & SeenLink)
  | ({ readonly was: "folder" } & KeptFolder);

interface KeptFolder extends Rights {
  /** Absent: none. */
  readonly attributes?: Attributes;
}

/** Reads the same from a journal. */
function removedFrom(json: unknown): Prior | undefined {
  const { was } = fieldsOf(json);
  if (was === "nothing") return { was };
  if (was === "file") return withKind(was, keptFile(json));
  if (was === "link") return withKind(was, seenLink(json));
  return was === "folder" ? withKind(was, folderFrom(json)) : undefined;
}

function folderFrom(json: unknown): KeptFolder | undefined {
  const { attributes } = fieldsOf(json);
  const [rights, found] = [rightsOf(json), attributesFrom(attributes ?? {})];
  return rights && found && { ...rights, ...(attributes !== undefined && { attributes: found }) };
}

function withKind<Kind extends string, Rest extends object>(
  was: Kind,
  rest: Rest | undefined,
): ({ readonly was: Kind } & Rest) | undefined {
  return rest && { was, ...rest };
}

/** The command that brings it back. */
function removedByHand(
  change: Pick<CommonChange, "path" | "trusting">,
  prior: Prior,
  run: Pick<RunContext, "folder" | "host">,
): readonly string[] {
  switch (prior.was) {
    case "nothing":
      return [];
    case "file":
      return [putBackWholeByHand(change, prior, run)];
    case "link":
      return [commandAt(run.host, change, (word) => linkByHand(prior, word))];
    case "folder":
      return [
        commandAt(
          run.host,
          change,
          (word) => `install -d -o ${prior.uid} -g ${prior.gid} -m ${modeText(prior.mode)} ${word}`,
        ),
      ];
  }
}
