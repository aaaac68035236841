import { folderOf } from "../../host/path.js";
import type { ChangeKind, RunContext, Standing } from "../change-kind.js";
import type { WriteFile } from "../change.js";
import { changedSincePlan } from "./changed-since-plan.js";
import { contentBefore, fileBefore, keepFile, type FileBefore } from "./kept-content.js";
import { putBackByHand } from "./put-back-by-hand.js";
import { resolveOwner } from "./resolve-owner.js";
import { trustedFiles } from "./trusted-files.js";
import { refuseOther } from "./undo-unsafe.js";

export const writeFile: ChangeKind<WriteFile, FileBefore> = {
  parsePrior: fileBefore,

  record: (change, run) => Promise.resolve(keepFile(trustedFiles(run.host, change), change.path, run)),

  perform: (change, prior, run) => {
    const planned = change.before === null ? undefined : Buffer.from(change.before);
    if (!sameContent(contentBefore(prior, run), planned)) throw changedSincePlan(change.path, "its content is not what the plan was made from");
    trustedFiles(run.host, change).write(change.path, Buffer.from(change.content), { mode: change.mode, ...resolveOwner(run.host, change) });
    return Promise.resolve();
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: (change, prior, run) => {
    const now = standing(change, prior, run);
    refuseOther(now);
    const files = trustedFiles(run.host, change);
    files.removeTemporaries(folderOf(change.path));
    const content = contentBefore(prior, run);
    if (now.state === "before") return Promise.resolve();
    if (prior.existed && content !== undefined) files.write(change.path, content, prior.rights);
    else files.remove(change.path);
    return Promise.resolve();
  },

  byHand: ({ path }, prior, run) => putBackByHand(path, prior, run),
};

/** By content: rights given since are no reason to keep it. */
function standing(change: WriteFile, prior: FileBefore, run: RunContext): Standing {
  const { path } = change;
  const files = trustedFiles(run.host, change);
  const entry = files.entry(path);
  const now = entry === undefined ? undefined : files.read(path);
  if (sameContent(now, Buffer.from(change.content))) return isAsBefore(entry, prior) && sameContent(now, contentBefore(prior, run)) ? { state: "before" } : { state: "after" };
  // neither made by the run nor there before it, though reading it gives nothing
  if (entry !== undefined && now === undefined) return { state: "other", path, because: "a symbolic link that leads nowhere took its place" };
  if (sameContent(now, contentBefore(prior, run))) return { state: "before" };
  return { state: "other", path, because: now === undefined ? "it was removed" : "its content is neither what the run wrote nor what was there before" };
}

function isAsBefore(entry: { mode: number; uid: number; gid: number } | undefined, prior: FileBefore): boolean {
  return prior.existed && entry?.mode === prior.rights.mode && entry.uid === prior.rights.uid && entry.gid === prior.rights.gid;
}

function sameContent(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}
