import { fieldsOf } from "../../formats/json/json-values.js";
import { modeText } from "../../formats/text/mode-text.js";
import type { Mode } from "../../host/host.js";
import { isMode } from "../../host/mode-bits.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { commandAt } from "./shared/by-hand.js";
import { changedSincePlan, refuseOther } from "./shared/changed-by-others.js";
import { isOfNewFolder } from "./create-folder.js";
import { trustedFiles } from "./shared/named-accounts.js";
import { modeWords } from "./shared/noteworthy-rights.js";

export interface SetMode extends CommonChange {
  readonly kind: "set-mode";
  readonly from: Mode;
  readonly mode: Mode;
}

interface Prior {
  readonly mode: Mode;
}

export const setMode: ChangeKind<SetMode, Prior> = {
  text: ({ path, from, mode }) => `change mode of ${path}  ${modeText(from)} → ${modeWords(mode)}`,
  isNew: () => false,
  json: ({ from, mode }) => ({ from: modeText(from), mode: modeText(mode) }),

  followsOn: isOfNewFolder,

  parsePrior: (json) => {
    const { mode } = fieldsOf(json);
    return isMode(mode) ? { mode } : undefined;
  },

  record: (change, run) => Promise.resolve({ mode: entryOf(change, run).mode }),

  perform: (change, prior, run) => {
    const entry = entryOf(change, run);
    // again, not only when it was recorded: writing the journal may have taken a while
    for (const { mode } of [prior, entry])
      if (mode !== change.from) throw changedSincePlan(change.path, `its mode is ${modeText(mode)}`);
    trustedFiles(run.host, change).setMode(change.path, entry, change.mode);
    return Promise.resolve();
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: (change, prior, run) => {
    const now = standing(change, prior, run);
    refuseOther(now);
    if (now.state !== "before")
      trustedFiles(run.host, change).setMode(change.path, entryOf(change, run), prior.mode);
    return Promise.resolve();
  },

  byHand: (change, { mode }, { host }) => [commandAt(host, change, (word) => chmodByHand(mode, word))],
};

/** chmod(1) follows a link. */
export function chmodByHand(mode: Mode, word: string): string {
  return `[ ! -L ${word} ] && chmod ${modeText(mode)} ${word}`;
}

function standing(change: SetMode, prior: Prior, run: RunContext): Standing {
  const { path } = change;
  const mode = trustedFiles(run.host, change).entry(path)?.mode;
  if (mode === prior.mode) return { state: "before" };
  if (mode === change.mode) return { state: "after" };
  return {
    state: "other",
    path,
    because: mode === undefined ? "it is gone" : `its mode is now ${modeText(mode)}`,
  };
}

function entryOf(change: SetMode, run: RunContext) {
  const entry = trustedFiles(run.host, change).entry(change.path);
  if (entry === undefined) throw changedSincePlan(change.path, "it is gone");
  return entry;
}
