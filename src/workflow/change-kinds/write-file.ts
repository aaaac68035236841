import type { Rights } from "../../host/host.js";
import type { ChangeKind } from "../change-kind.js";
import type { WriteFile } from "../change.js";
import { changedSincePlan } from "./changed-since-plan.js";
import { resolveOwner } from "./resolve-owner.js";
import { trustedFiles } from "./trusted-files.js";

/** The file before, complete; the journal that keeps it is readable by root alone. */
type Prior = { readonly existed: false } | { readonly existed: true; readonly content: string; readonly rights: Rights };

export const writeFile: ChangeKind<WriteFile, Prior> = {
  record: (change, run) => {
    const files = trustedFiles(run.host, change);
    const entry = files.entry(change.path);
    const content = files.read(change.path);
    if (entry === undefined || content === undefined) return Promise.resolve({ existed: false });
    const { mode, uid, gid } = entry;
    return Promise.resolve({ existed: true, content: content.toString("base64"), rights: { mode, uid, gid } });
  },

  perform: (change, prior, run) => {
    const now = prior.existed ? Buffer.from(prior.content, "base64") : undefined;
    const planned = change.before === null ? undefined : Buffer.from(change.before);
    if (!sameContent(now, planned)) throw changedSincePlan(change.path, "its content is not what the plan was made from");
    trustedFiles(run.host, change).write(change.path, Buffer.from(change.content), { mode: change.mode, ...resolveOwner(run.host, change) });
    return Promise.resolve();
  },

  undo: (change, prior, run) => {
    const files = trustedFiles(run.host, change);
    if (prior.existed) files.write(change.path, Buffer.from(prior.content, "base64"), prior.rights);
    else files.remove(change.path);
    return Promise.resolve();
  },
};

function sameContent(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}
