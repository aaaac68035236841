import type { ChangeKind, RunContext } from "../change-kind.js";
import type { SetOwner } from "../change.js";
import { changedSincePlan } from "./changed-since-plan.js";
import { resolveOwner } from "./resolve-owner.js";
import { trustedFiles } from "./trusted-files.js";

interface Prior {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export const setOwner: ChangeKind<SetOwner, Prior> = {
  record: (change, run) => {
    const entry = trustedFiles(run.host, change).entry(change.path);
    if (entry === undefined) throw changedSincePlan(change.path, "it is gone");
    const { uid, gid, mode } = entry;
    return Promise.resolve({ uid, gid, mode });
  },

  perform: (change, prior, run) => {
    const { accounts } = run.host;
    const from = resolveOwner(run.host, change.from);
    if (prior.uid !== from.uid || prior.gid !== from.gid) {
      throw changedSincePlan(change.path, `it belongs to ${accounts.userName(prior.uid)}:${accounts.groupName(prior.gid)}`);
    }
    chown(change, resolveOwner(run.host, change), run);
    return Promise.resolve();
  },

  undo: (change, prior, run) => {
    chown(change, prior, run);
    return Promise.resolve();
  },
};

function chown(change: SetOwner, owner: { uid: number; gid: number }, run: RunContext): void {
  const files = trustedFiles(run.host, change);
  const entry = files.entry(change.path);
  if (entry === undefined) throw changedSincePlan(change.path, "it is gone");
  files.setOwner(change.path, entry, { uid: owner.uid, gid: owner.gid });
}
