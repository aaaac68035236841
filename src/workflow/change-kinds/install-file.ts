import { fieldsOf } from "../../formats/json/json-values.js";
import { modeText } from "../../formats/text/mode-text.js";
import type { Attributes, Files, FileState, Rights } from "../../host/host.js";
import { folderOf, joined } from "../../host/path.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import type { Contents } from "../contents.js";
import { changedSincePlan, refuseOther, undoUnsafe } from "./shared/changed-by-others.js";
import {
  hasRights,
  keepWhole,
  type KeptFile,
  keptFile,
  linkLines,
  putBack,
  putBackWholeByHand,
  requireAsSeen,
  type SeenFile,
} from "./shared/kept-file.js";
import { commandAt } from "./shared/by-hand.js";
import { type NumberedOwner, trustedFiles } from "./shared/named-accounts.js";
import { isAfterNewAccount, isInPlaceOfRemoved } from "./shared/follows-on.js";
import { attributeLines, rightsText } from "./shared/noteworthy-rights.js";

/** For code that looks for what an installer brings. */
export const installFileKind = "install-file";

/** Put a file in place as an installer made it in a stage, in content, owner, mode and attributes. */
export interface InstallFile extends CommonChange, Rights, NumberedOwner {
  readonly kind: typeof installFileKind;
  /** Of the content, which is not in the plan: the run has it (`RunContext.contents`). */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The file it replaces; null for a new one. `apply` refuses when it is no longer as it was. */
  readonly before: SeenFile | null;
  /** Whether its content is that of one of the archive's files, as delivered. */
  readonly brought: boolean;
  /** Extended attributes that it has, capabilities among them; absent: none. */
  readonly attributes?: Attributes;
}

type Prior = { readonly existed: false } | ({ readonly existed: true } & KeptFile);

export const installFile: ChangeKind<InstallFile, Prior> = {
  text: (change) =>
    `${change.before === null ? "create" : "replace"} file ${change.path}  ${rightsText(change)}, ` +
    `${change.size} bytes`,
  isNew: ({ before }) => before === null,
  summary: ({ before, brought, attributes }) => [
    ...(brought ? [] : ["not a file of the archive: install.sh makes or changes it"]),
    ...linkLines(before ?? {}),
    ...attributeLines(attributes),
  ],
  json: ({ sha256, size, mode, uid, gid, owner, group, before, brought, attributes }) => ({
    sha256,
    size,
    mode: modeText(mode),
    uid,
    gid,
    owner,
    group,
    before: before && { ...before, mode: modeText(before.mode) },
    brought,
    ...(attributes && { attributes }),
  }),

  changesContent: true,
  isWhole: true,
  followsOn: (change, earlier) => isInPlaceOfRemoved(change, earlier) || isAfterNewAccount(change, earlier),

  parsePrior: (json) => {
    const kept = keptFile(json);
    if (kept !== undefined) return { existed: true, ...kept };
    return fieldsOf(json)["existed"] === false ? { existed: false } : undefined;
  },

  record: (change, run) => {
    const kept = keepWhole(filesOf(change, run), change.path, run);
    return Promise.resolve(kept === undefined ? { existed: false } : { existed: true, ...kept });
  },

  perform: (change, _prior, run) => {
    const { path, sha256, mode, uid, gid, attributes } = change;
    const files = filesOf(change, run);
    const contents = contentsOf(change, run);
    // checked before the content is read, and again when the new file is ready: writing that takes a while
    requireAsSeen(path, files.state(path), change.before);
    files.install(
      path,
      contents.read(sha256),
      { mode, uid, gid },
      {
        ...(attributes && { attributesOf: { opener: contents.file(sha256, path) }, attributes }),
        check: (now) => {
          requireAsSeen(path, now, change.before);
        },
      },
    );
    return Promise.resolve();
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: (change, prior, run) => {
    const { path } = change;
    const now = standing(change, prior, run);
    refuseOther(now);
    const files = filesOf(change, run);
    files.removeTemporaries(folderOf(path));
    if (now.state === "before") return Promise.resolve();
    const requireOurs = (found: FileState | undefined): FileState => {
      if (found?.sha256 === change.sha256) return found;
      throw undoUnsafe({ state: "other", path, because: "it was changed just now" });
    };
    if (prior.existed) putBack(files, path, prior, run, requireOurs);
    else files.remove(path, requireOurs(files.state(path)));
    return Promise.resolve();
  },

  byHand: (change, prior, run) => [
    prior.existed
      ? putBackWholeByHand(change, prior, run)
      : commandAt(run.host, change, (word) => `rm ${word}`),
  ],
};

/** Trusts the account that is to own the file, and the one that owned it. */
function filesOf(change: InstallFile, { host }: RunContext): Files {
  return trustedFiles(host, change, change.uid, change.before?.uid ?? 0);
}

function contentsOf({ path }: InstallFile, { contents }: RunContext): Contents {
  if (contents !== undefined) return contents;
  throw changedSincePlan(path, "its content is no longer available");
}

/** Judged by content: rights changed since are no reason to keep it. */
function standing(change: InstallFile, prior: Prior, run: RunContext): Standing {
  const { path } = change;
  const files = filesOf(change, run);
  const entry = files.entry(path);
  if (entry !== undefined && entry.kind !== "file")
    return { state: "other", path, because: "it is no longer a regular file" };
  const now = entry && files.state(path);
  if (now === undefined)
    return prior.existed ? { state: "other", path, because: "it was removed" } : { state: "before" };
  const isBefore = prior.existed && now.sha256 === prior.sha256;
  if (now.sha256 !== change.sha256)
    return isBefore
      ? { state: "before" }
      : {
          state: "other",
          path,
          because: "its content is neither what the run wrote nor what was there before",
        };
  return isBefore && isDressedAsBefore(change, prior, now, run) ? { state: "before" } : { state: "after" };
}

/** For a file whose content the change leaves alone: whether owner, mode and attributes are the old ones. */
function isDressedAsBefore(change: InstallFile, prior: KeptFile, now: FileState, run: RunContext): boolean {
  if (!hasRights(now, prior)) return false;
  if (!hasRights(prior, change)) return true;
  const files = filesOf(change, run);
  const [current, old] = [files.attributes(change.path), files.attributes(joined(run.folder, prior.backup))];
  return JSON.stringify(current) === JSON.stringify(old);
}
