import { fieldsOf } from "../../formats/json/json-values.js";
import { modeText } from "../../formats/text/mode-text.js";
import type { Mode } from "../../host/host.js";
import { folderOf, joined } from "../../host/path.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { shellPath } from "./by-hand.js";
import { refuseOther } from "./changed-by-others.js";
import { type Ownership, resolveOwner, trustedFiles } from "./named-accounts.js";

export interface CreateFolder extends CommonChange, Ownership {
  readonly kind: "create-folder";
  readonly mode: Mode;
}

interface Prior {
  readonly existed: boolean;
}

export const createFolder: ChangeKind<CreateFolder, Prior> = {
  text: ({ path, mode, owner, group }) => `create folder ${path}  ${modeText(mode)} ${owner}:${group}`,
  isNew: () => true,
  json: ({ owner, group, mode }) => ({ owner, group, mode: modeText(mode) }),

  makesFolder: true,
  carries: ({ path }, later) => later.path === path || later.path.startsWith(`${path}/`),

  parsePrior: (json) => {
    const { existed } = fieldsOf(json);
    return typeof existed === "boolean" ? { existed } : undefined;
  },

  record: (change, run) =>
    Promise.resolve({ existed: trustedFiles(run.host, change).entry(change.path) !== undefined }),

  perform: (change, _prior, run) => {
    trustedFiles(run.host, change).createFolder(change.path, {
      mode: change.mode,
      ...resolveOwner(run.host, change),
    });
    return Promise.resolve();
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: (change, prior, run) => {
    refuseOther(standing(change, prior, run));
    if (prior.existed) return Promise.resolve();
    const files = trustedFiles(run.host, change);
    for (const folder of [folderOf(change.path), change.path]) files.removeTemporaries(folder);
    files.removeFolder(change.path);
    return Promise.resolve();
  },

  byHand: ({ path }, prior, { host }) =>
    prior.existed ? [] : [`rmdir ${shellPath(host, path)}  # when nothing is left in it`],
};

function standing(change: CreateFolder, { existed }: Prior, { host, changes }: RunContext): Standing {
  const { path } = change;
  const files = trustedFiles(host, change);
  const entry = files.entry(path);
  if (existed || entry === undefined) return { state: "before" };
  if (entry.kind !== "folder") return { state: "other", path, because: "it is no longer a folder" };
  const ours = pathsOf(changes);
  const foreign = (files.list(path) ?? []).find(
    ({ name }) => !files.isTemporary(name) && !ours.has(joined(path, name)),
  );
  return foreign === undefined
    ? { state: "after" }
    : { state: "other", path, because: `it holds ${foreign.name}, which is not this run's` };
}

const known = new WeakMap<RunContext["changes"], ReadonlySet<string>>();

/** Found once for all folders of a run. */
function pathsOf(changes: RunContext["changes"]): ReadonlySet<string> {
  const paths = known.get(changes) ?? new Set<string>(changes.map(({ path }) => path));
  known.set(changes, paths);
  return paths;
}
