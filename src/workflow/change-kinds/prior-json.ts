import { isRecord } from "../../formats/json/json-values.js";
import { inFolder } from "../../formats/safe-commands.js";
import { shellWord } from "../../formats/text/shell-word.js";
import type { Files, Host, Rights } from "../../host/host.js";
import { type AbsolutePath, folderOf, nameOf } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import type { CommonChange, Other, Standing } from "../change-kind.js";

/** Fields of a JSON object; undefined for anything else. For reading prior states back from a journal. */
export function fieldsOf(json: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(json) ? json : undefined;
}

/** Owner and mode out of a JSON object's fields `mode`, `uid` and `gid`. */
export function rightsOf(json: unknown): Rights | undefined {
  const { mode, uid, gid } = fieldsOf(json) ?? {};
  return isId(uid) && isId(gid) && isId(mode) && mode <= 0o7777 ? { mode, uid, gid } : undefined;
}

function isId(json: unknown): json is number {
  return typeof json === "number" && Number.isInteger(json) && json >= 0;
}

/**
 * A path of the host as one word of a shell, as a person at this machine names it: with `--root`, below that
 * folder.
 */
export function shellPath({ root }: Pick<Host, "root">, path: AbsolutePath): string {
  return shellWord(root === "/" ? path : root + path);
}

/**
 * A command on a change's path, given as one word. Where the service user may exchange folders on the way, it
 * runs in the path's own folder: by hand root is to be led no more astray than by the program.
 */
export function commandAt(
  { root }: Pick<Host, "root">,
  { path, trusting }: Pick<CommonChange, "path" | "trusting">,
  command: (word: string) => string,
): string {
  if (trusting === undefined) return command(shellPath({ root }, path));
  return inFolder(
    root === "/" ? folderOf(path) : root + folderOf(path),
    command(shellWord(`./${nameOf(path)}`)),
  );
}

/** Throws where taking a change back would lose what somebody did since. */
export function refuseOther(standing: Standing): asserts standing is Exclude<Standing, Other> {
  if (standing.state === "other") throw undoUnsafe(standing);
}

export function undoUnsafe({ path, because }: Other): Problem {
  return new Problem("undo-unsafe", "it was changed after the run, so it is not taken back", {
    where: { path },
    detail: because,
    hint: "find out who changed it and whether that is still wanted",
  });
}

/** Files as the change may reach them: through root's folders and those of the account it trusts. */
export function trustedFiles(host: Host, change: CommonChange): Files {
  const account = change.trusting === undefined ? undefined : host.accounts.user(change.trusting);
  return account === undefined ? host.files() : host.files(account.uid);
}

/**
 * The host is no longer as the plan saw it: going on would overwrite what somebody else has done meanwhile.
 */
export function changedSincePlan(path: AbsolutePath, detail: string): Problem {
  return new Problem("workflow-changed-since-plan", "the host changed after the plan was made", {
    where: { path },
    detail,
    hint: "find out who else is working on this host, then run the command again",
  });
}
