import { openSync } from "node:fs";
import { getent, realAccounts } from "./accounts/accounts.js";
import { realCommands } from "./commands/commands.js";
import { requireProc, walkFlags } from "./files/descriptor.js";
import type { Folder } from "./files/walk.js";
import { asFileProblem } from "./files/file-problem.js";
import { KeptFolders } from "./files/kept-folders.js";
import type { Host } from "./host.js";
import type { AbsolutePath } from "./path.js";
import { realFiles } from "./files/real-files.js";

/**
 * The machine itself, or for another `root` the system in that folder. Throws a Problem if the folder cannot
 * be entered. `keepsFolders` makes many looks faster and is only for a host that nothing changes.
 */
export function realHost(root: AbsolutePath, { keepsFolders = false } = {}): Host {
  const opener = rootOpener(root);
  const kept = keepsFolders ? new KeptFolders<Folder>() : undefined;
  const accounts = realAccounts(realFiles(opener, [], kept), root === "/" ? getent : undefined);
  return {
    root,
    readOnly: false,
    accounts,
    commands: realCommands(root, opener),
    enter: { words: [], groupsOf: (user) => accounts.groupsOf(user) },
    files: (...trustedOwners) => realFiles(opener, trustedOwners, kept),
  };
}

/**
 * The folder of `--root` stays open as long as the program runs: renaming it or its parents cannot lead to
 * another one.
 */
function rootOpener(root: AbsolutePath): string {
  if (root === "/") return root;
  requireProc();
  return asFileProblem(root, () => `/proc/self/fd/${openSync(root, walkFlags)}/.`);
}
