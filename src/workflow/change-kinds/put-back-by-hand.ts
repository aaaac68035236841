import { joined } from "../../host/path.js";
import type { RunContext } from "../change-kind.js";
import type { FileBefore } from "./kept-content.js";
import type { Change } from "../change.js";
import { commandAt, shellPath } from "./shell-path.js";

/** The command that puts a file back from the copy in the run's folder, or removes one that was not there. */
export function putBackByHand(
  change: Pick<Change, "path" | "trusting">,
  before: FileBefore,
  { folder, host }: Pick<RunContext, "folder" | "host">,
): readonly string[] {
  if (!before.existed) return [commandAt(host, change, (word) => `rm ${word}`)];
  const { mode, uid, gid } = before.rights;
  const kept = shellPath(host, joined(folder, before.backup));
  return [
    commandAt(
      host,
      change,
      (word) => `install -T -o ${uid} -g ${gid} -m ${mode.toString(8).padStart(4, "0")} ${kept} ${word}`,
    ),
  ];
}
