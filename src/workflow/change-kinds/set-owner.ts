import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { commandAt } from "./shared/by-hand.js";
import { changedSincePlan, refuseOther } from "./shared/changed-by-others.js";
import { isOfNewFolder } from "./create-folder.js";
import { rightsOf } from "./shared/kept-content.js";
import { type Ownership, resolveOwner, trustedFiles } from "./shared/named-accounts.js";
import { chmodByHand } from "./set-mode.js";
import { setIdBits } from "../../host/mode-bits.js";

export interface SetOwner extends CommonChange, Ownership {
  readonly kind: "set-owner";
  readonly from: Ownership;
}

interface Prior {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export const setOwner: ChangeKind<SetOwner, Prior> = {
  text: ({ path, from, owner, group }) =>
    `change owner of ${path}  ${from.owner}:${from.group} → ${owner}:${group}`,
  isNew: () => false,
  json: ({ from, owner, group }) => ({ from, owner, group }),

  followsOn: isOfNewFolder,

  parsePrior: rightsOf,

  record: (change, run) => {
    const { uid, gid, mode } = entryOf(change, run);
    return Promise.resolve({ uid, gid, mode });
  },

  perform: (change, prior, run) => {
    const from = resolveOwner(run.host, change.from);
    const entry = entryOf(change, run);
    // again, not only when it was recorded: writing the journal may have taken a while
    for (const one of [prior, entry])
      if (one.uid !== from.uid || one.gid !== from.gid)
        throw changedSincePlan(change.path, `it belongs to ${ownerText(one, run)}`);
    trustedFiles(run.host, change).setOwner(change.path, entry, resolveOwner(run.host, change));
    return Promise.resolve();
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: (change, prior, run) => {
    const now = standing(change, prior, run);
    refuseOther(now);
    if (now.state === "before") return Promise.resolve();
    const owned = entryOf(change, run);
    if (!isOwnedAs(owned, prior))
      trustedFiles(run.host, change).setOwner(change.path, owned, { uid: prior.uid, gid: prior.gid });
    const entry = entryOf(change, run);
    if (hasLostSetId(entry, prior))
      trustedFiles(run.host, change).setMode(change.path, entry, entry.mode | (prior.mode & setIdBits));
    return Promise.resolve();
  },

  byHand: (change, prior, { host }) => {
    const modeToo =
      (prior.mode & setIdBits) === 0
        ? []
        : [commandAt(host, change, (word) => chmodByHand(prior.mode, word))];
    return [commandAt(host, change, (word) => `chown -h ${prior.uid}:${prior.gid} ${word}`), ...modeToo];
  },
};

function standing(change: SetOwner, prior: Prior, run: RunContext): Standing {
  const { path } = change;
  const entry = trustedFiles(run.host, change).entry(path);
  if (entry === undefined) return { state: "other", path, because: "it is gone" };
  if (isOwnedAs(entry, prior)) return { state: hasLostSetId(entry, prior) ? "partly" : "before" };
  const wanted = resolveOwner(run.host, change);
  if (entry.uid === wanted.uid && entry.gid === wanted.gid) return { state: "after" };
  return { state: "other", path, because: `it now belongs to ${ownerText(entry, run)}` };
}

function isOwnedAs({ uid, gid }: Prior, prior: Prior): boolean {
  return uid === prior.uid && gid === prior.gid;
}

/** Changing the owner clears the set-id bits (chown(2)); all other bits are left to other changes. */
function hasLostSetId({ mode }: Prior, prior: Prior): boolean {
  return (prior.mode & ~mode & setIdBits) !== 0;
}

function ownerText({ uid, gid }: { uid: number; gid: number }, { host: { accounts } }: RunContext): string {
  return `${accounts.userName(uid)}:${accounts.groupName(gid)}`;
}

function entryOf(change: SetOwner, run: RunContext) {
  const entry = trustedFiles(run.host, change).entry(change.path);
  if (entry === undefined) throw changedSincePlan(change.path, "it is gone");
  return entry;
}
