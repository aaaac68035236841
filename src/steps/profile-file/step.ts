import { modeText } from "../../formats/text/mode-text.js";
import type { Entry, Host } from "../../host/host.js";
import { folderOf, type AbsolutePath } from "../../host/path.js";
import { sticky, writableByOthers } from "../../host/mode-bits.js";
import { Problem } from "../../problem/problem.js";
import type { WriteFile } from "../../workflow/change-kinds/write-file.js";
import type { Step } from "../../workflow/step.js";

/** The user's profile, whose text changes together with the host. */
export interface ProfileFile {
  /** Links resolved, as seen from inside the host's root. */
  readonly path: AbsolutePath;
  readonly before: string;
  readonly text: string;
  readonly summary: readonly string[];
}

/**
 * Writes the profile as part of the run, so that it is taken back with the rest; owner and mode stay. Only if
 * nobody but root could redirect the write.
 */
export function profileFileStep(file: ProfileFile): Step {
  return {
    id: "profile-file",
    title: "profile",
    plan: ({ host }) =>
      Promise.resolve({
        changes: file.before === file.text ? [] : [profileChange(file, host)],
        problems: [],
        notes: [],
      }),
  };
}

function profileChange({ path, before, text, summary }: ProfileFile, host: Host): WriteFile {
  for (const folder of foldersTo(path)) refuseUnsafe(folder, host.files().entry(folder), host);
  const entry = host.files().entry(path);
  if (entry?.kind !== "file") throw unsafe(path, "it is no longer a regular file");
  refuseForeign(path, entry, host);
  if (host.files().read(path)?.equals(Buffer.from(before)) !== true)
    throw unsafe(path, "it changed while it was being read");
  const owner = { owner: host.accounts.userName(entry.uid), group: host.accounts.groupName(entry.gid) };
  return {
    kind: "write-file",
    step: "profile-file",
    path,
    ...owner,
    mode: entry.mode,
    content: text,
    before,
    sensitive: false,
    summary,
  };
}

/** Outermost first: nothing below a folder that is not root's may be looked at. */
function foldersTo(path: AbsolutePath): readonly AbsolutePath[] {
  const folder = folderOf(path);
  return folder === "/" ? [folder] : [...foldersTo(folder), folder];
}

/** In root's sticky folders, such as /tmp, others cannot replace what belongs to root. */
function refuseUnsafe(folder: AbsolutePath, entry: Entry | undefined, host: Host): void {
  if (entry === undefined) return;
  refuseForeign(folder, entry, host);
  if ((entry.mode & writableByOthers) === 0 || (entry.uid === 0 && (entry.mode & sticky) !== 0)) return;
  throw unsafe(folder, `others can write in this folder: mode ${modeText(entry.mode)}`);
}

/** Its owner could replace it at any time. */
function refuseForeign(path: AbsolutePath, { uid }: Entry, { accounts }: Host): void {
  if (uid !== 0) throw unsafe(path, `it belongs to ${accounts.userName(uid)}`);
}

function unsafe(path: AbsolutePath, detail: string): Problem {
  return new Problem("ha-profile-unsafe", "root cannot safely change the profile in this place", {
    where: { path },
    detail,
    hint:
      "move it to a folder that only root can write in, such as /etc/knetctl; or leave --profile out, " +
      "and edit it yourself",
  });
}
