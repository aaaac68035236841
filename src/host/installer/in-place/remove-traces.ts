import { errorMessage } from "../../../problem/thrown.js";
import type { Entry, Files } from "../../host.js";
import type { Trace } from "./traces.js";

/** A path that is not as it was before install.sh ran, and why. */
export interface Left {
  readonly path: string;
  readonly because: string;
}

/**
 * Takes away what install.sh created, what folders hold before the folders, where it still is as it was left;
 * returns what is left and why, and never throws for a single path.
 */
export function removeTraces(files: Files, traces: readonly Trace[]): readonly Left[] {
  return [...traces].reverse().flatMap((trace): Left[] => {
    const { path, created } = trace;
    if (!created)
      return [
        { path, because: "it was changed or replaced while install.sh ran, and there is no copy of it" },
      ];
    try {
      const now = files.entry(path);
      if (now === undefined) return [];
      if (!isStill(files, trace, now)) return [{ path, because: "it was changed after install.sh ran" }];
      if (now.kind === "folder") files.removeFolder(path);
      else files.remove(path, now);
      return [];
    } catch (error) {
      return [{ path, because: errorMessage(error) }];
    }
  });
}

/** Whether it is gone, as install.sh left it, or as somebody has made it since. Only looks. */
export function traceStanding(files: Files, trace: Trace): "before" | "after" | "other" {
  const now = files.entry(trace.path);
  if (now === undefined) return "before";
  return isStill(files, trace, now) ? "after" : "other";
}

function isStill(files: Files, { path, state }: Trace, now: Entry): boolean {
  if (now.kind !== state.kind) return false;
  // what was put into it since keeps it from being removed
  if (state.kind === "folder") return true;
  if (now.uid !== state.uid || now.gid !== state.gid) return false;
  if (state.kind === "link") return files.readLink(path) === state.target;
  if (now.mode !== state.mode) return false;
  return state.kind !== "file" || files.state(path)?.sha256 === state.sha256;
}
