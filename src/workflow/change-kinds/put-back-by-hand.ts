import { joined, type AbsolutePath } from "../../host/path.js";
import type { RunContext } from "../change-kind.js";
import type { FileBefore } from "./kept-content.js";
import { shellPath } from "./shell-path.js";

/** The command that puts a file back from the copy in the run's folder, or removes one that was not there. */
export function putBackByHand(path: AbsolutePath, before: FileBefore, { folder, host }: Pick<RunContext, "folder" | "host">): readonly string[] {
  if (!before.existed) return [`rm ${shellPath(host, path)}`];
  const { mode, uid, gid } = before.rights;
  return [`install -o ${uid} -g ${gid} -m ${mode.toString(8).padStart(4, "0")} ${shellPath(host, joined(folder, before.backup))} ${shellPath(host, path)}`];
}
