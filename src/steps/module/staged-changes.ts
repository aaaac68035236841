import { clientModule } from "../../vendor/client.js";
import type { Accounts, Rights } from "../../host/host.js";
import { loaderEntry } from "../../host/installer/loader-entry.js";
import { receiptFile, receiptText } from "../../host/installer/receipt.js";
import { hasSameAttributes, hasSameContent } from "../../host/installer/staged/entry-state.js";
import type {
  EntryState,
  FileState,
  FolderState,
  LinkState,
} from "../../host/installer/staged/entry-state.js";
import type { StagedChange } from "../../host/installer/staged/judge.js";
import type { StagedInstallation } from "../../host/installer/staged/stage-installation.js";
import { folderOf, path as literal } from "../../host/path.js";
import type { AbsolutePath } from "../../host/path.js";
import { privateModes } from "../../host/rights.js";
import { groupBits, writableByOthers } from "../../host/mode-bits.js";
import type { Change } from "../../workflow/change.js";

const step = "module";

/** Accounts after install.sh has run, and before. */
export interface Whose {
  readonly staged: Accounts;
  readonly host: Accounts;
}

/** What must be done to a host for it to be as install.sh left its stage, and the record of that. */
export function stagedChanges(
  installed: StagedInstallation,
  { staged, host }: Whose,
  formerReceipt: string | undefined,
): readonly Change[] {
  const made = installed.changes.flatMap((change) => {
    const trusted = trusting(installed, change, staged);
    return changesFor(change, installed, { staged, host }).map((one) => ({ ...trusted, ...one }));
  });
  return [
    ...made,
    ...givenAway(installed, staged),
    ...(installed.refreshesCache
      ? [{ step, kind: "refresh-loader-cache", path: literal("/etc/ld.so.cache") } as const]
      : []),
    ...registration(installed),
    {
      step,
      kind: "write-file",
      path: receiptFile,
      owner: "root",
      group: "root",
      mode: privateModes.file,
      content: receiptText(installed.receipt),
      before: formerReceipt ?? null,
      sensitive: false,
      summary: [`records what is installed: version ${installed.receipt.version}`],
    },
  ];
}

/** Where install.sh did not see to it itself. */
function registration({ registration: { state }, receipt }: StagedInstallation): readonly Change[] {
  if (state !== "missing" && state !== "fading") return [];
  return [
    {
      step,
      kind: "register-library",
      path: loaderEntry,
      library: clientModule,
      folder: folderOf(receipt.library),
    },
  ];
}

function changesFor(
  { path, before, after }: StagedChange,
  { brought }: StagedInstallation,
  { staged, host }: Whose,
): readonly Change[] {
  const stays = before !== null && before.kind === after?.kind ? before : null;
  const gone = before !== null && stays === null ? removal(path, before) : [];
  switch (after?.kind) {
    case undefined:
    case "device":
    case "fifo":
    case "socket":
      return gone;
    case "folder":
      // its attributes follow when all else is made, its mode with them
      if (stays?.kind === "folder") return rights(path, stays, withModeOf(after, stays), host);
      return [
        ...gone,
        { step, kind: "create-folder", path, mode: closed(after), ...numbered(rootOwned, staged) },
      ];
    case "link":
      return [...gone, link(path, stays?.kind === "link" ? stays : null, after, staged)];
    case "file":
      if (stays?.kind === "file" && hasSameContent(stays, after)) return rights(path, stays, after, host);
      return [...gone, file(path, stays?.kind === "file" ? stays : null, after, brought.hashes, staged)];
  }
}

const rootOwned = { uid: 0, gid: 0 };

/** Without what lets others than the owner write, or may only be the mask of an access control list. */
function closed({ mode, attributes }: FolderState): number {
  return mode & ~(attributes === undefined ? writableByOthers : writableByOthers | groupBits);
}

/** The same, but with the mode of the one before where that changes together with the attributes. */
function withModeOf(after: FolderState, before: FolderState): FolderState {
  return hasSameAttributes(before, after) ? after : { ...after, mode: before.mode };
}

/**
 * A new folder of another account, or that others may write in, is root's alone until all is in it; then it
 * becomes what install.sh made of it, the deepest first. All folders get their attributes then: what is made
 * in one with a default access control list would get that list.
 */
function givenAway({ changes }: StagedInstallation, accounts: Accounts): readonly Change[] {
  return [...changes].reverse().flatMap(({ path, before, after }): readonly Change[] => {
    if (after?.kind !== "folder") return [];
    const trusted = after.uid === 0 ? {} : { trusting: accounts.userName(after.uid) };
    if (before?.kind === "folder") return dressed(path, before, after).map((one) => ({ ...one, ...trusted }));
    const made: FolderState = { kind: "folder", ...rootOwned, mode: closed(after) };
    const changed = [...rights(path, made, withModeOf(after, made), accounts), ...dressed(path, made, after)];
    return changed.map((one) => ({ ...one, ...trusted }));
  });
}

function dressed(path: AbsolutePath, before: FolderState, after: FolderState): readonly Change[] {
  if (hasSameAttributes(before, after)) return [];
  const side = ({ mode, attributes = {} }: FolderState) => ({ mode, attributes });
  return [{ step, kind: "set-attributes", path, from: side(before), ...side(after) }];
}

/** What no plan can put back is never planned to be removed. */
function removal(path: AbsolutePath, was: EntryState): readonly Change[] {
  switch (was.kind) {
    case "file":
      return [{ step, kind: "remove-entry", path, was: { kind: was.kind, ...seen(was) } }];
    case "link":
      return [{ step, kind: "remove-entry", path, was: { kind: was.kind, ...seenLink(was) } }];
    case "folder":
      return [
        {
          step,
          kind: "remove-entry",
          path,
          was: { kind: was.kind, mode: was.mode, uid: was.uid, gid: was.gid },
        },
      ];
    case "device":
    case "fifo":
    case "socket":
      return [];
  }
}

function file(
  path: AbsolutePath,
  before: FileState | null,
  after: FileState,
  hashes: ReadonlySet<string>,
  accounts: Accounts,
): Change {
  const { sha256, size, mode, attributes } = after;
  return {
    step,
    kind: "install-file",
    path,
    sha256,
    size,
    mode,
    ...numbered(after, accounts),
    before: before && seen(before),
    brought: hashes.has(sha256),
    ...(attributes && { attributes }),
  };
}

function seen({ sha256, size, mode, uid, gid, links = 1, otherNames = [] }: FileState) {
  return { sha256, size, mode, uid, gid, ...(links > 1 && { links, otherNames }) };
}

function seenLink({ target, uid, gid }: LinkState) {
  return { target, uid, gid };
}

function link(path: AbsolutePath, before: LinkState | null, after: LinkState, accounts: Accounts): Change {
  return {
    step,
    kind: "create-link",
    path,
    target: after.target,
    ...numbered(after, accounts),
    before: before && seenLink(before),
  };
}

/** A changed owner may cost setuid bits, so the mode follows. */
function rights(path: AbsolutePath, from: Rights, to: Rights, accounts: Accounts): readonly Change[] {
  const owner = from.uid !== to.uid || from.gid !== to.gid;
  return [
    ...(owner
      ? [
          {
            step,
            kind: "set-owner",
            path,
            from: named(from, accounts),
            ...named(to, accounts),
            // whose it is until then may own it
            ...(from.uid !== 0 && { trusting: accounts.userName(from.uid) }),
          } as const,
        ]
      : []),
    ...(from.mode === to.mode
      ? []
      : [{ step, kind: "set-mode", path, from: from.mode, mode: to.mode } as const]),
  ];
}

function numbered({ uid, gid }: Pick<Rights, "uid" | "gid">, accounts: Accounts) {
  return { uid, gid, ...named({ uid, gid }, accounts) };
}

function named(
  { uid, gid }: Pick<Rights, "uid" | "gid">,
  accounts: Accounts,
): { owner: string; group: string } {
  return { owner: accounts.userName(uid), group: accounts.groupName(gid) };
}

/** In another account's folder that account is trusted, and nobody else; elsewhere the entry's owner. */
function trusting(
  { ownerAbove }: StagedInstallation,
  { path, before, after }: StagedChange,
  accounts: Accounts,
): { readonly trusting?: string } {
  const uid = ownerAbove(path) || ((after ?? before)?.uid ?? 0);
  return uid === 0 ? {} : { trusting: accounts.userName(uid) };
}
