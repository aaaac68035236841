import type { ChangeKind } from "../change-kind.js";
import type { CreateFolder } from "../change.js";
import { resolveOwner } from "./resolve-owner.js";
import { trustedFiles } from "./trusted-files.js";

interface Prior {
  readonly existed: boolean;
}

export const createFolder: ChangeKind<CreateFolder, Prior> = {
  record: (change, run) => Promise.resolve({ existed: trustedFiles(run.host, change).entry(change.path) !== undefined }),

  perform: (change, _prior, run) => {
    trustedFiles(run.host, change).createFolder(change.path, { mode: change.mode, ...resolveOwner(run.host, change) });
    return Promise.resolve();
  },

  undo: (change, prior, run) => {
    if (!prior.existed) trustedFiles(run.host, change).removeFolder(change.path);
    return Promise.resolve();
  },
};
