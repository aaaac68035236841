import { modeText } from "../../formats/text/mode-text.js";
import type { RecordedChange } from "./difference.js";

const most = 20;
const words = {
  created: "created",
  replaced: "replaced",
  removed: "removed",
  rights: "changed rights of",
  rewritten: "rewrote",
} as const;

/** What an installer did, for people: a line a path, and a count where there are very many. Pure. */
export function changeLines(changes: readonly RecordedChange[]): readonly string[] {
  if (changes.length === 0) return ["install.sh changed nothing"];
  const lines = changes.slice(0, most).map(line);
  return changes.length > most
    ? [...lines, `… and ${changes.length - most} more, in module/changes.json of the run's folder`]
    : lines;
}

function line({ change, path, before, after }: RecordedChange): string {
  const state = after ?? before;
  const rights = state === undefined ? "" : `  ${modeText(state.mode)} ${state.uid}:${state.gid}`;
  const kind = state?.kind === "folder" ? "folder " : "";
  return `install.sh ${words[change]} ${kind}${path}${change === "removed" ? "" : rights}`;
}
