import { modeText } from "../../formats/text/mode-text.js";
import { shownUrl } from "../../problem/problem.js";
import type { Change } from "../../workflow/change.js";

/** One line for people: what the change does, without its content. */
export function changeText(change: Change): string {
  switch (change.kind) {
    case "create-account":
      return (
        "create " +
        [
          change.createGroup &&
            `group ${change.group}${change.createUser ? "" : ` with user ${change.user} in it`}`,
          change.createUser && `user ${change.user} (home ${change.home})`,
        ]
          .filter(Boolean)
          .join(" and ")
      );
    case "create-folder":
      return `create folder ${change.path}  ${modeText(change.mode)} ${change.owner}:${change.group}`;
    case "write-file":
      return (
        `${change.before === null ? "create" : "edit"} file ${change.path}  ${modeText(change.mode)} ` +
        `${change.owner}:${change.group}`
      );
    case "write-settings":
      return (
        `${change.before === null ? "create" : "edit"} settings ${change.path}  ` +
        `${modeText(change.mode)} ${change.owner}:${change.group}`
      );
    case "set-owner":
      return (
        `change owner of ${change.path}  ${change.from.owner}:${change.from.group} → ` +
        `${change.owner}:${change.group}`
      );
    case "set-mode":
      return `change mode of ${change.path}  ${modeText(change.from)} → ${modeText(change.mode)}`;
    case "run-installer":
      return (
        `run install.sh of ${change.path}  ` +
        `${versions(change.from, change.version)}${answers(change.answers)}`
      );
    case "register-library":
      return change.folder === null
        ? `make the dynamic loader find ${change.library}, if the installer does not (${change.path}, ` +
            "ldconfig)"
        : `make the dynamic loader find ${change.library} in ${change.folder} (${change.path}, ldconfig)`;
    case "restart-service":
      return (
        `restart ${change.unit}, and wait until it is ` +
        `active${change.health === null ? "" : ` and answers at ${shownUrl(change.health)}`}`
      );
  }
}

function versions(from: string | null, to: string): string {
  if (from === null) return `version ${to}`;
  return from === to ? `version ${to} again` : `version ${from} → ${to}`;
}

function answers(given: readonly string[] | undefined): string {
  return given === undefined ? "" : `, answering ${given.map((answer) => JSON.stringify(answer)).join(", ")}`;
}

/** The mark before a change: what is new, what becomes different. */
export function changeMark(change: Change): "+" | "~" {
  const creates =
    change.kind.startsWith("create-") ||
    ((change.kind === "write-file" || change.kind === "write-settings") && change.before === null) ||
    (change.kind === "run-installer" && change.from === null);
  return creates ? "+" : "~";
}
