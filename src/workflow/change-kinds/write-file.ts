import { changedLines } from "../../formats/text/changed-lines.js";
import { modeText } from "../../formats/text/mode-text.js";
import type { Mode } from "../../host/host.js";
import { folderOf, stateFolder } from "../../host/path.js";
import { mayHoldSecrets } from "../step-ids.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { changedSincePlan, refuseOther, undoUnsafe } from "./shared/changed-by-others.js";
import {
  contentBefore,
  type FileBefore,
  fileBefore,
  keepFile,
  putBackByHand,
} from "./shared/kept-content.js";
import { type Ownership, resolveOwner, trustedFiles } from "./shared/named-accounts.js";

/** A change that replaces the whole content of a file. */
export interface ReplaceFile extends CommonChange, Ownership {
  readonly mode: Mode;
  /** What identifies the content that it replaces; null for a new file. */
  readonly before: string | null;
}

/**
 * How a change of a file's whole content identifies the new content, and the content from which it was
 * planned.
 */
export interface Replacing<C> {
  /** What such a file is, for people. */
  what(change: C): "file" | "record" | "settings" | "PIN file";
  /** Called only when the change is made. */
  content(change: C): Uint8Array;
  isContent(change: C, now: Buffer): boolean;
  /** Undefined: there was no file. */
  isPlannedFrom(change: C, before: Buffer | undefined): boolean;
}

/**
 * The kind of change that gives a file new content, atomically, and keeps the old content in the run's
 * folder.
 */
export function replaceFile<C extends ReplaceFile>(
  how: Replacing<C>,
): Omit<ChangeKind<C, FileBefore>, "json"> {
  return {
    text: (change) => {
      const { path, mode, owner, group, before } = change;
      const verb = before === null ? "create" : "edit";
      const kind = how.what(change);
      const named = kind === "PIN file" ? "PIN file" : kind === "settings" ? "settings" : "file";
      const what = kind === "record" ? "knetctl's record" : named;
      return `${verb} ${what} ${path}  ${modeText(mode)} ${owner}:${group}`;
    },
    isNew: ({ before }) => before === null,

    changesContent: true,

    parsePrior: fileBefore,

    record: (change, run) => Promise.resolve(keepFile(trustedFiles(run.host, change), change.path, run)),

    perform: (change, prior, run) => {
      const requirePlanned = (now: Buffer | undefined): void => {
        if (!how.isPlannedFrom(change, now))
          throw changedSincePlan(change.path, "its content is not what the plan was made from");
      };
      requirePlanned(contentBefore(prior, run));
      // and again when everything is ready: writing the journal and the new file may have taken a while
      trustedFiles(run.host, change).write(
        change.path,
        how.content(change),
        { mode: change.mode, ...resolveOwner(run.host, change) },
        requirePlanned,
      );
      return Promise.resolve();
    },

    observe: (change, prior, run) => Promise.resolve(standing(how, change, prior, run)),

    undo: (change, prior, run) => {
      const now = standing(how, change, prior, run);
      refuseOther(now);
      const files = trustedFiles(run.host, change);
      files.removeTemporaries(folderOf(change.path));
      const content = contentBefore(prior, run);
      if (now.state === "before") return Promise.resolve();
      const requireOurs = (found: Buffer | undefined): void => {
        if (found === undefined || !how.isContent(change, found))
          throw undoUnsafe({ state: "other", path: change.path, because: "it was changed just now" });
      };
      if (prior.existed && content !== undefined)
        files.write(change.path, content, prior.rights, requireOurs);
      else files.remove(change.path);
      return Promise.resolve();
    },

    byHand: putBackByHand,
  };
}

/** By content: rights that were changed since are no reason to keep it. */
function standing<C extends ReplaceFile>(
  how: Replacing<C>,
  change: C,
  prior: FileBefore,
  run: RunContext,
): Standing {
  const { path } = change;
  const files = trustedFiles(run.host, change);
  const entry = files.entry(path);
  const now = entry === undefined ? undefined : files.read(path);
  if (now !== undefined && how.isContent(change, now))
    return isAsBefore(entry, prior) && sameContent(now, contentBefore(prior, run))
      ? { state: "before" }
      : { state: "after" };
  // neither made by the run nor there before it, although reading it gives nothing
  if (entry !== undefined && now === undefined)
    return { state: "other", path, because: "a symbolic link that leads nowhere took its place" };
  if (sameContent(now, contentBefore(prior, run))) return { state: "before" };
  return {
    state: "other",
    path,
    because:
      now === undefined
        ? "it was removed"
        : "its content is neither what the run wrote nor what was there before",
  };
}

function isAsBefore(
  entry: { mode: number; uid: number; gid: number } | undefined,
  prior: FileBefore,
): boolean {
  return (
    prior.existed &&
    entry?.mode === prior.rights.mode &&
    entry.uid === prior.rights.uid &&
    entry.gid === prior.rights.gid
  );
}

function sameContent(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

export interface WriteFile extends ReplaceFile {
  readonly kind: "write-file";
  readonly content: string;
  /** The text it replaces; null for a new file. `apply` refuses if the file no longer contains it. */
  readonly before: string | null;
  /** True: content is never shown, only the fact that it changes. */
  readonly sensitive: boolean;
  /** What the change means, in the profile's words, one line each: "connection hsm_1: removed". */
  readonly summary?: readonly string[];
  /** The lines of a diff that are shown, where the texts hold what is not to be: from the step that knows. */
  readonly shown?: readonly string[];
}

function isOwnRecord({ path }: CommonChange): boolean {
  return path.startsWith(`${stateFolder}/`);
}

export const writeFile: ChangeKind<WriteFile, FileBefore> = {
  ...replaceFile<WriteFile>({
    what: (change) => (isOwnRecord(change) ? "record" : "file"),
    content: ({ content }) => Buffer.from(content),
    isContent: ({ content }, now) => now.equals(Buffer.from(content)),
    isPlannedFrom: ({ before }, then) =>
      before === null ? then === undefined : then?.equals(Buffer.from(before)) === true,
  }),
  summary: ({ summary = [], sensitive }) => [...summary, ...(sensitive ? ["content: <changed>"] : [])],
  // its lines are knetctl's affair; --json has them
  diff: (change) => (isOwnRecord(change) ? [] : diff(change)),
  json: (change) => {
    const { owner, group, mode, before, summary, sensitive } = change;
    return {
      owner,
      group,
      mode: modeText(mode),
      new: before === null,
      sensitive,
      ...(summary && { summary }),
      diff: diff(change),
    };
  },

  isWhole: true,
};

/** Empty for sensitive content, and where an older knetctl has recorded no lines of what may be a secret. */
function diff({ step, before, content, sensitive, shown }: WriteFile): readonly string[] {
  if (sensitive) return [];
  return shown ?? (mayHoldSecrets(step) ? [] : changedLines(before, content));
}
