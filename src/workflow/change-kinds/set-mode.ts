import type { Mode } from "../../host/host.js";
import type { ChangeKind, RunContext } from "../change-kind.js";
import type { SetMode } from "../change.js";
import { changedSincePlan } from "./changed-since-plan.js";
import { trustedFiles } from "./trusted-files.js";

interface Prior {
  readonly mode: Mode;
}

export const setMode: ChangeKind<SetMode, Prior> = {
  record: (change, run) => Promise.resolve({ mode: entryOf(change, run).mode }),

  perform: (change, prior, run) => {
    if (prior.mode !== change.from) throw changedSincePlan(change.path, `its mode is ${prior.mode.toString(8)}`);
    chmod(change, change.mode, run);
    return Promise.resolve();
  },

  undo: (change, prior, run) => {
    chmod(change, prior.mode, run);
    return Promise.resolve();
  },
};

function entryOf(change: SetMode, run: RunContext) {
  const entry = trustedFiles(run.host, change).entry(change.path);
  if (entry === undefined) throw changedSincePlan(change.path, "it is gone");
  return entry;
}

function chmod(change: SetMode, mode: Mode, run: RunContext): void {
  trustedFiles(run.host, change).setMode(change.path, entryOf(change, run), mode);
}
