import { modeText } from "../../formats/text/mode-text.js";
import { shellWord } from "../../formats/text/shell-word.js";
import type { Accounts } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import type { Reader, Standing } from "../../host/unit/barrier.js";
import { Problem } from "../../problem/problem.js";

/** A warning where the kernel could not be asked: an access control list may let the service through. */
export function homeClosed(
  home: AbsolutePath,
  { path, entry: { mode, uid, gid }, certain }: Standing,
  { user }: Reader,
  accounts: Accounts,
): Problem {
  const rights = `${accounts.userName(uid)}:${accounts.groupName(gid)} ${modeText(mode)}`;
  return new Problem(
    "account-home-closed",
    `the service user ${JSON.stringify(user)} cannot enter its home`,
    {
      severity: certain ? "error" : "warning",
      where: { path },
      detail:
        `this folder (${rights}) keeps it from ${home}, below which the module looks for its ` +
        "configuration",
      hint: certain
        ? `let it through: chmod o+x ${shellWord(path)}`
        : `see whether it can: runuser -u ${shellWord(user)} -- ls -d ${shellWord(`${home}/.`)}`,
    },
  );
}
