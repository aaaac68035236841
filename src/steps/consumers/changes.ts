import type { Accounts, Entry, Host } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import { sha256 } from "../../host/random-hex.js";
import { privateModes, publicModes } from "../../host/rights.js";
import { groupBits, ownerBits, readableByGroup } from "../../host/mode-bits.js";
import { Secret } from "../../problem/secret.js";
import type { ServiceAccount } from "../../profile/types.js";
import { type Change, makesFolder } from "../../workflow/change.js";
import { pinFolder } from "../../profile/consumers/build-consumer.js";
import type { ObservedPlace } from "./observed-place.js";

const step = "consumers";

/** The rights that a file is to have. */
export interface WantedRights {
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
}

/** Missing folders, the outermost first, each once; they are root's, and everybody may pass. */
export function folderChanges(
  places: readonly ObservedPlace[],
  planned: readonly Change[],
): readonly Change[] {
  const made = new Set(planned.filter(makesFolder).map(({ path }) => path));
  const missing = new Map(
    places.flatMap(({ missingFolders, trusting }) =>
      missingFolders
        .filter((folder) => !made.has(folder))
        .map((folder) => [folder, folder === pinFolder ? undefined : trusting] as const),
    ),
  );
  return [...missing.keys()].sort().map((path): Change => {
    const trusting = missing.get(path);
    return {
      kind: "create-folder",
      step,
      path,
      ...(trusting !== undefined && { trusting }),
      owner: "root",
      group: "root",
      mode: publicModes.folder,
    };
  });
}

export interface NewText {
  readonly text: string;
  readonly summary: readonly string[];
  /** Whether it may hold secrets: then nothing of it is shown but the summary. */
  readonly isSecret: boolean;
  readonly what?: "PIN file";
}

/** The file's new text or, if that is unchanged, its rights. */
export function fileChanges(
  place: ObservedPlace,
  { text, summary, isSecret, what }: NewText,
  rights: WantedRights,
  accounts: Accounts,
): readonly Change[] {
  const { path, trusting, entry } = place;
  if (entry !== undefined && text === place.text) return rightsChanges(place, entry, rights, accounts);
  const common = { step, path, ...(trusting !== undefined && { trusting }), ...rights, summary } as const;
  if (!isSecret)
    return [
      {
        kind: "write-file",
        ...common,
        content: text,
        before: entry === undefined ? null : place.text,
        sensitive: false,
      },
    ];
  return [
    {
      kind: "write-settings",
      ...(what && { what }),
      ...common,
      content: new Secret(text),
      sha256: sha256(text),
      before: entry === undefined ? null : sha256(place.text),
    },
  ];
}

function rightsChanges(
  { path, trusting }: ObservedPlace,
  entry: Entry,
  { owner, group, mode }: WantedRights,
  accounts: Accounts,
): readonly Change[] {
  const from = { owner: accounts.userName(entry.uid), group: accounts.groupName(entry.gid) };
  const common = { step, path, ...(trusting !== undefined && { trusting }) } as const;
  const changes: Change[] = [];
  // ids may have two names
  const isOwner = entry.uid === idOf(accounts.user(owner)?.uid, owner);
  const isGroup = entry.gid === idOf(accounts.group(group)?.gid, group);
  if (!isOwner || !isGroup) changes.push({ kind: "set-owner", ...common, from, owner, group });
  if (entry.mode !== mode) changes.push({ kind: "set-mode", ...common, from: entry.mode, mode });
  return changes;
}

function idOf(id: number | undefined, name: string): number | undefined {
  return id ?? (name === "root" ? 0 : undefined);
}

/**
 * The rights of a file with an entry: those that it has. One that holds a PIN is for its owner, and for the
 * service by its group, and nobody else.
 */
export function entryRights(
  { entry }: ObservedPlace,
  service: ServiceAccount,
  { accounts }: Host,
  holdsPin: boolean,
  usual: WantedRights,
): WantedRights {
  if (entry === undefined) return usual;
  const owner = accounts.userName(entry.uid);
  const group = accounts.groupName(entry.gid);
  if (!holdsPin) return { owner, group, mode: entry.mode };
  const isServices = entry.gid === accounts.group(service.group)?.gid;
  if (isServices || entry.uid === accounts.user(service.user)?.uid)
    return { owner, group, mode: entry.mode & (isServices ? ownerBits | groupBits : ownerBits) };
  return { owner, group: service.group, mode: (entry.mode & privateModes.file) | readableByGroup };
}

/** Takes the file away; the run keeps it, for a rollback. */
export function removal(
  place: ObservedPlace,
  files: { readonly state: (path: AbsolutePath) => { readonly sha256: string } | undefined },
): readonly Change[] {
  const { path, trusting, entry } = place;
  const state = entry === undefined ? undefined : files.state(path);
  if (entry === undefined || state === undefined) return [];
  const { mode, uid, gid, size } = entry;
  return [
    {
      kind: "remove-entry",
      step,
      path,
      ...(trusting !== undefined && { trusting }),
      was: { kind: "file", mode, uid, gid, size, sha256: state.sha256 },
    },
  ];
}
