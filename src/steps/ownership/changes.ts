import type { Accounts } from "../../host/host.js";
import { Problem } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";
import type { Change } from "../../workflow/change.js";
import { shellWord } from "../../formats/shell-word.js";
import type { OwnedEntry } from "./observe.js";

const step = "ownership";
/** What stands for bytes that are no UTF-8 in a name: the way back to the file is lost. */
const unreadable = "\ufffd";
const modes = { folder: 0o750, file: 0o640 };

/**
 * One change for each deviation from root:GROUP, folders 0750, files 0640 (the document's chown and chmod). Parents come
 * before children: once a folder is root's, nobody can exchange what is below it.
 */
export function ownershipChanges(service: ServiceAccount, entries: readonly OwnedEntry[], accounts: Accounts): Change[] {
  return entries.flatMap(({ path, entry }): Change[] => {
    if (entry.kind !== "folder" && entry.kind !== "file") return [];
    const from = { owner: accounts.userName(entry.uid), group: accounts.groupName(entry.gid) };
    const common = { step, path, trusting: service.user } as const;
    const changes: Change[] = [];
    if (entry.uid !== 0 || from.group !== service.group) {
      changes.push({ kind: "set-owner", ...common, from, owner: "root", group: service.group });
    }
    if (entry.mode !== modes[entry.kind]) changes.push({ kind: "set-mode", ...common, from: entry.mode, mode: modes[entry.kind] });
    return changes;
  });
}

/** What must not be there: root would be giving away, or be led to, something that is not the service's. */
export function ownershipProblems(entries: readonly OwnedEntry[], serviceUid: number | undefined, accounts: Accounts): Problem[] {
  return entries.flatMap(({ path, entry }) => {
    const where = { path };
    if (path.includes(unreadable)) {
      return [
        new Problem("ownership-name", "a name there is not UTF-8, so it cannot be worked on safely", {
          where,
          hint: "ls -b shows the name; rename or remove it",
        }),
      ];
    }
    if (entry.kind !== "folder" && entry.kind !== "file") {
      return [
        new Problem("ownership-foreign-kind", `there is a ${entry.kind} where only folders and files belong`, {
          where,
          hint: "look where it comes from, then remove it; knetctl changes neither it nor what it leads to",
        }),
      ];
    }
    if (entry.kind === "file" && entry.links > 1) {
      return [
        new Problem("ownership-hard-link", "a file there has more than one name", {
          where,
          detail: `${entry.links} hard links: changing its owner here would change it under the other names too`,
          hint: `find the others (find / -xdev -samefile ${shellWord(path)}), then replace this one with a copy or remove it`,
        }),
      ];
    }
    if (entry.uid !== 0 && entry.uid !== serviceUid) {
      return [
        new Problem("ownership-third-owner", "something there belongs neither to root nor to the service user", {
          where,
          detail: `owner ${accounts.userName(entry.uid)}`,
          hint: `find out why, then remove it or give it to root (chown -h root ${shellWord(path)})`,
        }),
      ];
    }
    return [];
  });
}
