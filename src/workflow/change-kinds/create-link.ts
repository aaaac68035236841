import { fieldsOf } from "../../formats/json/json-values.js";
import { shellWord } from "../../formats/text/shell-word.js";
import type { Entry, Files } from "../../host/host.js";
import { folderOf } from "../../host/path.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { commandAt } from "./shared/by-hand.js";
import { changedSincePlan, refuseOther } from "./shared/changed-by-others.js";
import { rightsOf } from "./shared/kept-content.js";
import { type NumberedOwner, trustedFiles } from "./shared/named-accounts.js";
import { isInPlaceOfRemoved } from "./shared/follows-on.js";

/** For code that looks for what an installer brings. */
export const createLinkKind = "create-link";

/** A symbolic link as it was seen. */
export interface SeenLink {
  readonly target: string;
  readonly uid: number;
  readonly gid: number;
}

/** Make a symbolic link, in the place of another one or of nothing. */
export interface CreateLink extends CommonChange, NumberedOwner {
  readonly kind: typeof createLinkKind;
  readonly target: string;
  /** The link it replaces; null for a new one. `apply` refuses when it is no longer that. */
  readonly before: SeenLink | null;
}

type Prior = { readonly existed: false } | ({ readonly existed: true } & SeenLink);

export const createLink: ChangeKind<CreateLink, Prior> = {
  text: ({ path, target, owner, group, before }) =>
    `${before === null ? "create" : "replace"} link ${path} → ${target}  ${owner}:${group}` +
    (before === null ? "" : `, which led to ${before.target}`),
  isNew: ({ before }) => before === null,
  json: ({ target, uid, gid, owner, group, before }) => ({ target, uid, gid, owner, group, before }),

  changesContent: true,
  isWhole: true,
  followsOn: isInPlaceOfRemoved,

  parsePrior: (json) => {
    const link = seenLink(json);
    if (link !== undefined) return { existed: true, ...link };
    return fieldsOf(json)["existed"] === false ? { existed: false } : undefined;
  },

  record: (change, run) => {
    const files = filesOf(change, run);
    const entry = files.entry(change.path);
    if (entry === undefined) return Promise.resolve({ existed: false });
    return Promise.resolve({ existed: true, ...linkOf(files, change, entry) });
  },

  perform: (change, _prior, run) => {
    const { path, before } = change;
    const files = filesOf(change, run);
    const entry = files.entry(path);
    const now = entry && linkOf(files, change, entry);
    if (!isSameLink(now, before))
      throw changedSincePlan(path, now === undefined ? "it is gone" : `there is a link to ${now.target}`);
    files.createLink(path, change.target, change, entry ?? null);
    return Promise.resolve();
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: (change, prior, run) => {
    const now = standing(change, prior, run);
    refuseOther(now);
    const files = filesOf(change, run);
    files.removeTemporaries(folderOf(change.path));
    const entry = files.entry(change.path);
    if (now.state === "before" || entry === undefined) return Promise.resolve();
    if (prior.existed) files.createLink(change.path, prior.target, prior, entry);
    else files.remove(change.path, entry);
    return Promise.resolve();
  },

  byHand: (change, prior, { host }) => [
    commandAt(host, change, (word) => (prior.existed ? linkByHand(prior, word) : `rm ${word}`)),
  ],
};

/** The command that makes the link, in the place of another. */
export function linkByHand({ target, uid, gid }: SeenLink, word: string): string {
  return `ln -sfT ${shellWord(target)} ${word} && chown -h ${uid}:${gid} ${word}`;
}

/** A link from a JSON object; undefined if that is not one. */
export function seenLink(json: unknown): SeenLink | undefined {
  const fields = fieldsOf(json);
  const owner = rightsOf({ ...fields, mode: 0 });
  const { target } = fields;
  return typeof target === "string" && owner !== undefined
    ? { target, uid: owner.uid, gid: owner.gid }
    : undefined;
}

function filesOf(change: CreateLink, { host }: RunContext): Files {
  return trustedFiles(host, change);
}

/** Throws if something other than a link has the name. */
function linkOf(files: Files, { path }: CreateLink, { kind, uid, gid }: Entry): SeenLink {
  const target = kind === "link" ? files.readLink(path) : undefined;
  if (target === undefined) throw changedSincePlan(path, "something other than a symbolic link is there");
  return { target, uid, gid };
}

function isSameLink(now: SeenLink | undefined, seen: SeenLink | null): boolean {
  if (now === undefined || seen === null) return now === undefined && seen === null;
  return now.target === seen.target && hasOwner(now, seen);
}

function hasOwner(now: Pick<SeenLink, "uid" | "gid">, { uid, gid }: Pick<SeenLink, "uid" | "gid">): boolean {
  return now.uid === uid && now.gid === gid;
}

function standing(change: CreateLink, prior: Prior, run: RunContext): Standing {
  const { path } = change;
  const files = filesOf(change, run);
  const entry = files.entry(path);
  if (entry === undefined)
    return prior.existed ? { state: "other", path, because: "it was removed" } : { state: "before" };
  if (entry.kind !== "link") return { state: "other", path, because: "it is no longer a symbolic link" };
  const target = files.readLink(path);
  const isBefore = prior.existed && target === prior.target;
  if (target !== change.target)
    return isBefore
      ? { state: "before" }
      : { state: "other", path, because: `it now leads to ${target ?? "nothing"}` };
  return isBefore && hasOwner(entry, prior) ? { state: "before" } : { state: "after" };
}
