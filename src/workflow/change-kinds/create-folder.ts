import { fieldsOf } from "../../formats/json/json-values.js";
import { modeText } from "../../formats/text/mode-text.js";
import type { Files, Mode } from "../../host/host.js";
import { folderOf, joined } from "../../host/path.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { shellPath } from "./shared/by-hand.js";
import { refuseOther } from "./shared/changed-by-others.js";
import { type Ownership, resolveOwner, trustedFiles } from "./shared/named-accounts.js";
import { rightsText } from "./shared/noteworthy-rights.js";
import { isInPlaceOfRemoved } from "./shared/follows-on.js";

export interface CreateFolder extends CommonChange, Ownership {
  readonly kind: "create-folder";
  readonly mode: Mode;
  /** Ids that count instead of the names, where an installer made the folder. */
  readonly uid?: number;
  readonly gid?: number;
}

interface Prior {
  readonly existed: boolean;
}

export const createFolder: ChangeKind<CreateFolder, Prior> = {
  text: (change) => `create folder ${change.path}  ${rightsText(change)}`,
  isNew: () => true,
  json: ({ owner, group, mode, uid, gid }) => ({
    owner,
    group,
    mode: modeText(mode),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  }),

  isWhole: true,
  followsOn: isInPlaceOfRemoved,
  makesFolder: true,
  carries: ({ path }, later) => later.path === path || later.path.startsWith(`${path}/`),

  parsePrior: (json) => {
    const { existed } = fieldsOf(json);
    return typeof existed === "boolean" ? { existed } : undefined;
  },

  record: (change, run) =>
    Promise.resolve({ existed: filesOf(change, run).entry(change.path) !== undefined }),

  perform: (change, _prior, run) => {
    filesOf(change, run).createFolder(change.path, {
      mode: change.mode,
      ...resolveOwner(run.host, change),
    });
    return Promise.resolve();
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: (change, prior, run) => {
    refuseOther(standing(change, prior, run));
    if (prior.existed) return Promise.resolve();
    const files = filesOf(change, run);
    for (const folder of [folderOf(change.path), change.path]) files.removeTemporaries(folder);
    files.removeFolder(change.path);
    return Promise.resolve();
  },

  byHand: ({ path }, prior, { host }) =>
    prior.existed ? [] : [`rmdir ${shellPath(host, path)}  # when nothing is left in it`],
};

/** What lies in a folder of somebody without a name here is seen only where its owner is trusted. */
function filesOf(change: CreateFolder, { host }: Pick<RunContext, "host">): Files {
  return trustedFiles(host, change, ...(change.uid === undefined ? [] : [change.uid]));
}

function standing(change: CreateFolder, { existed }: Prior, { host, changes }: RunContext): Standing {
  const { path } = change;
  const files = filesOf(change, { host });
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

/** For what is done to a folder of the same run: undone, it is not there to be looked at. */
export function isOfNewFolder({ path }: CommonChange, earlier: CommonChange): boolean {
  return earlier.kind === "create-folder" && earlier.path === path;
}
