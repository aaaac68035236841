import { fieldsOf } from "../../../formats/json/json-values.js";
import { modeText } from "../../../formats/text/mode-text.js";
import type { Files, Host, Rights } from "../../../host/host.js";
import { type AbsolutePath, joined } from "../../../host/path.js";
import { rootsFile } from "../../../host/rights.js";
import { isMode } from "../../../host/mode-bits.js";
import { Problem } from "../../../problem/problem.js";
import type { CommonChange, RunContext } from "../../change-kind.js";
import { commandAt, shellPath } from "./by-hand.js";

/** A file as it was: its content is in the run's folder, readable only by root. */
export type FileBefore =
  | { readonly existed: false }
  | { readonly existed: true; readonly backup: string; readonly rights: Rights };

/** Looks at a file and keeps a copy of it in the run's folder. */
export function keepFile(files: Files, path: AbsolutePath, { host, folder, number }: RunContext): FileBefore {
  const entry = files.entry(path);
  const content = files.read(path);
  if (entry === undefined || content === undefined) return { existed: false };
  const backup = `before-${number}`;
  host.files().write(joined(folder, backup), content, rootsFile);
  const { mode, uid, gid } = entry;
  return { existed: true, backup, rights: { mode, uid, gid } };
}

/** The content that `keepFile` kept; undefined if there was no file. */
export function contentBefore(
  before: FileBefore,
  { host, folder }: { readonly host: Host; readonly folder: AbsolutePath },
): Buffer | undefined {
  if (!before.existed) return undefined;
  const path = joined(folder, before.backup);
  const content = host.files().read(path);
  if (content !== undefined) return content;
  throw new Problem("journal-damaged", "the copy of a file from before the run is gone", {
    where: { path },
    hint: "put the file back from a backup of this host",
  });
}

/** The result of `keepFile`, read from the journal. */
export function fileBefore(json: unknown): FileBefore | undefined {
  const { existed, backup, rights: rightsJson } = fieldsOf(json);
  if (existed === false) return { existed };
  const rights = rightsOf(rightsJson);
  return existed === true && rights !== undefined && typeof backup === "string" && /^before-\d+$/.test(backup)
    ? { existed, backup, rights }
    : undefined;
}

/** The command that puts a file back from the copy in the run's folder, or removes one that was not there. */
export function putBackByHand(
  change: Pick<CommonChange, "path" | "trusting">,
  before: FileBefore,
  { folder, host }: Pick<RunContext, "folder" | "host">,
): readonly string[] {
  if (!before.existed) return [commandAt(host, change, (word) => `rm ${word}`)];
  const { mode, uid, gid } = before.rights;
  const kept = shellPath(host, joined(folder, before.backup));
  return [
    commandAt(host, change, (word) => `install -T -o ${uid} -g ${gid} -m ${modeText(mode)} ${kept} ${word}`),
  ];
}

/** Owner and mode from a JSON object's fields `mode`, `uid` and `gid`. */
export function rightsOf(json: unknown): Rights | undefined {
  const { mode, uid, gid } = fieldsOf(json);
  return isId(uid) && isId(gid) && isMode(mode) ? { mode, uid, gid } : undefined;
}

function isId(json: unknown): json is number {
  return typeof json === "number" && Number.isInteger(json) && json >= 0;
}
