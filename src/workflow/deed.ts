import type { ChangeKind, RunContext } from "./change-kind.js";
import type { Change } from "./change.js";
import { createAccount } from "./change-kinds/create-account.js";
import { createFolder } from "./change-kinds/create-folder.js";
import { registerLibrary } from "./change-kinds/register-library.js";
import { runInstaller } from "./change-kinds/run-installer.js";
import { setMode } from "./change-kinds/set-mode.js";
import { setOwner } from "./change-kinds/set-owner.js";
import { writeFile } from "./change-kinds/write-file.js";

/** One change about to be made: `record` first, then `perform`; `undo` at any time after `record`. */
export interface Deed {
  readonly change: Change;
  /** Gathers what `undo` needs; the result is for the journal. */
  record(): Promise<unknown>;
  perform(): Promise<void>;
  undo(): Promise<void>;
}

/** The change together with the way its kind is made and taken back. */
export function deedOf(change: Change, run: RunContext): Deed {
  switch (change.kind) {
    case "create-account":
      return deed(createAccount, change, run);
    case "create-folder":
      return deed(createFolder, change, run);
    case "write-file":
      return deed(writeFile, change, run);
    case "set-owner":
      return deed(setOwner, change, run);
    case "set-mode":
      return deed(setMode, change, run);
    case "run-installer":
      return deed(runInstaller, change, run);
    case "register-library":
      return deed(registerLibrary, change, run);
  }
}

function deed<C extends Change, Prior>(kind: ChangeKind<C, Prior>, change: C, run: RunContext): Deed {
  let recorded: { readonly prior: Prior } | undefined;
  const prior = (): Prior => {
    if (recorded === undefined) throw new Error(`${change.kind} was not recorded`);
    return recorded.prior;
  };
  return {
    change,
    record: async () => (recorded = { prior: await kind.record(change, run) }).prior,
    perform: () => kind.perform(change, prior(), run),
    // the signal that stopped the run must not stop its undoing
    undo: () => kind.undo(change, prior(), { host: run.host, folder: run.folder, note: run.note.bind(run), report: run.report.bind(run) }),
  };
}
