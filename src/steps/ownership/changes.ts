import { modeText } from "../../formats/text/mode-text.js";
import type { Entry } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import { serviceModes } from "../../host/rights.js";
import { groupBits, setIdBits, writableByOthers } from "../../host/mode-bits.js";
import { Problem } from "../../problem/problem.js";
import type { Change } from "../../workflow/change.js";
import { inFolder, shellWord } from "../../formats/text/shell-word.js";
import type { Observed } from "./observe.js";
import { foreignness, passage, type Reader } from "./standing.js";

const step = "ownership";

export interface OwnershipPlan {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

/**
 * root:GROUP, folders 0750, files 0640 (the document's chown and chmod) for the client's files and folders,
 * including `.config` if nothing else is in it. A `.config` that other programs use too stays as it is,
 * except that others lose the right to write in it. Parents come before children: once a folder belongs to
 * root, nobody can replace what is below it.
 */
export function planOwnership({ top, isShared, entries }: Observed, reader: Reader): OwnershipPlan {
  const own = isShared ? entries : [{ ...top, placedByRoot: true }, ...entries];
  const judged = own.map((one) => ({ ...one, problem: foreignness(one, reader) }));
  const problems = judged.flatMap(({ problem }) => problem ?? []);
  const changes = judged
    .filter(({ problem }) => problem === undefined)
    .flatMap(({ path, entry }) => rightsChanges(path, entry, reader));
  if (!isShared) return { problems, changes };
  return {
    problems: [...passageProblems(top, reader), ...problems],
    changes: [...narrowed(top.path, top.entry, reader), ...changes],
  };
}

/**
 * Rights are removed first, since the new group must not have them for an instant; then the owner changes;
 * then the missing rights are granted.
 */
function rightsChanges(
  path: AbsolutePath,
  entry: Entry,
  { service, group, accounts }: Reader,
): readonly Change[] {
  if (entry.kind !== "folder" && entry.kind !== "file") return [];
  const mode = serviceModes[entry.kind];
  const common = { step, path, trusting: service.user } as const;
  const changes: Change[] = [];
  const isGroups = entry.gid === group?.gid;
  let now = entry.mode;
  const setMode = (to: number): void => {
    if (to !== now) changes.push({ kind: "set-mode", ...common, from: now, mode: to });
    now = to;
  };
  if (!isGroups && (entry.mode & ~mode & groupBits) !== 0) setMode(entry.mode & mode);
  if (entry.uid !== 0 || !isGroups) {
    const from = { owner: accounts.userName(entry.uid), group: accounts.groupName(entry.gid) };
    changes.push({ kind: "set-owner", ...common, from, owner: "root", group: service.group });
    // changing the owner removes them from a file
    if (entry.kind === "file") now &= ~setIdBits;
  }
  setMode(mode);
  return changes;
}

/** Where others can write, root cannot work safely. */
function narrowed(path: AbsolutePath, { mode }: Entry, { service }: Reader): readonly Change[] {
  if ((mode & writableByOthers) === 0) return [];
  return [
    { kind: "set-mode", step, path, trusting: service.user, from: mode, mode: mode & ~writableByOthers },
  ];
}

function passageProblems({ path, entry }: Observed["top"], reader: Reader): readonly Problem[] {
  const { service, account, accounts } = reader;
  if (entry.uid !== 0 && entry.uid !== account?.uid)
    return [foreignness({ path, entry, onTheWay: true, placedByRoot: true }, reader)].filter(
      (one) => one !== undefined,
    );
  const passes = passage(entry, reader);
  if (passes === "yes") return [];
  // the service user can replace what has the folder's name: what root does to it is done from inside the
  // folder, and the rest as that user
  const command =
    entry.uid === account?.uid && entry.uid !== 0
      ? `runuser -u ${shellWord(service.user)} -- chmod u+x ${shellWord(path)}`
      : inFolder(path, `chgrp ${shellWord(service.group)} . && chmod g+x .`);
  return [
    new Problem(
      "ownership-no-passage",
      passes === "no"
        ? "the service cannot pass through this folder to its configuration"
        : "the service may not be able to pass through this folder to its configuration",
      {
        severity: passes === "no" ? "error" : "warning",
        where: { path },
        detail:
          `${accounts.userName(entry.uid)}:${accounts.groupName(entry.gid)} ` +
          `${modeText(entry.mode)}; other programs use it too, so knetctl gives no ` +
          "rights to it",
        hint: `let it pass: ${command}`,
      },
    ),
  ];
}
