import { readFileSync, statfsSync } from "node:fs";
import { getent, realAccounts } from "../accounts/accounts.js";
import { fileClock } from "./file-clock.js";
import { asFileProblem } from "../files/file-problem.js";
import { realFiles } from "../files/real-files.js";
import type { Host } from "../host.js";
import { path, type AbsolutePath } from "../path.js";
import { sandboxMounts, type SandboxMount } from "../sandbox/sandbox-mounts.js";
import { startHolder, type Holder } from "./holder.js";
import { runWalledIn, type Shown, type WalledCommand, type WalledRoot } from "./run-walled.js";
import { makeStageFolder, removeStageFolders } from "./stage-folder.js";
import { stageArguments, type LayersKept } from "./stage-script.js";
import { requireStageTools } from "./stage-tools.js";
import { enterFor, enterStage, stagedCommands } from "./staged-commands.js";
import type { WalledResult } from "./wall.js";

/** A folder of the stage whose changes are in a layer of their own. */
export interface StageLayer {
  /** The folder, as seen from inside the host's root. */
  readonly covers: AbsolutePath;
  /** A path on this machine, only for reading: what was created or changed below `covers`. */
  readonly upper: string;
}

/** A copy-on-write view of a host's root. */
export interface Stage {
  /** The host in the stage: the same `root`; files, accounts and commands are the stage's. */
  readonly host: Host;
  /** A path on this machine that opens the stage's root, for this process and its children. */
  readonly opener: string;
  /** When it was opened, by the clock of change times (`fileClock`): later changes may not be seen in it. */
  readonly opened: number;
  /** The upper layers: of the root, and of each file system mounted below it. */
  readonly layers: readonly StageLayer[];
  /**
   * Runs a program behind the wall (`runWalledIn`); everything that it started ends with it. It may be shown
   * a folder of this machine: a copy, in which it may write.
   */
  runWalled(command: WalledCommand & { readonly shows?: Shown }): Promise<WalledResult>;
  /** Ends everything in it and removes the layers. Idempotent. */
  close(): Promise<void>;
}

const open = new Set<Holder>();

/**
 * Opens a stage of the host's root and of every real file system mounted below it, in mount, PID and IPC
 * namespaces of its own. What is written there disappears with it, and everything that runs there ends with
 * it, or with this process. /proc is new; /dev, /sys, /run and the network are this machine's. Throws a
 * Problem (`stage-…`) saying why when the machine does not allow it.
 */
export async function openStage(host: Host, signal?: AbortSignal): Promise<Stage> {
  const setpriv = requireStageTools();
  const mounts = sandboxMounts(readFileSync("/proc/self/mountinfo", "utf8"), host.root);
  const folder = makeStageFolder(host.root, mounts);
  try {
    const args = stageArguments(folder.path, host.root, mounts, layersKept(folder.path));
    const holder = await startHolder(setpriv, args, host.root, signal);
    open.add(holder);
    let closed: Promise<void> | undefined;
    const end = async (): Promise<void> => {
      await holder.end();
      open.delete(holder);
      folder.remove();
    };
    const opened = await clockOr(end, folder.path);
    const walled = wallIn(holder, mounts);
    const covers = [path("/"), ...mounts.map((mount) => mount.path)];
    return {
      host: stagedHost(host.root, holder, walled),
      opener: holder.opener,
      opened,
      runWalled: ({ shows, ...command }) =>
        runWalledIn(
          walled,
          command,
          shows && folder.show(shows, host.root === "/" ? "" : `${holder.base}${folder.path}`),
        ),
      layers: holder.overlays.map((number) => ({
        covers: covers[number] ?? path("/"),
        upper: `${holder.layers}/${number}/upper`,
      })),
      close: () => (closed ??= end()),
    };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/** Without the clock there is no stage, and this process could not end as long as one is held. */
async function clockOr(end: () => Promise<void>, folder: AbsolutePath): Promise<number> {
  try {
    return fileClock(folder);
  } catch (error) {
    await end();
    throw error;
  }
}

/** Of statfs(2), for an overlay: it takes no upper layer of another overlay. */
const overlayType = 0x794c7630;

function layersKept(folder: AbsolutePath): LayersKept {
  return asFileProblem(folder, () => statfsSync(folder).type) === overlayType ? "memory" : "disk";
}

/** For the moment when a second signal ends the program: ends the open stages and removes what they hold. */
export function removeStages(): void {
  for (const holder of open) holder.kill();
  removeStageFolders(true);
  removeStageFolders(false);
}

function stagedHost(root: AbsolutePath, holder: Holder, walled: WalledRoot): Host {
  const { opener } = holder;
  const accounts = realAccounts(realFiles(opener, []), root === "/" ? getent : undefined);
  return {
    root,
    readOnly: false,
    accounts,
    commands: stagedCommands(root, opener, enterFor(holder, holder.first), walled),
    enter: enterStage(root, holder, accounts),
    files: (...trusted) => realFiles(opener, trusted),
  };
}

function wallIn(holder: Holder, mounts: readonly SandboxMount[]): WalledRoot {
  return {
    opener: holder.opener,
    enter: enterFor(holder, holder.opener),
    mounts: mounts.map((mount) => mount.path),
  };
}
