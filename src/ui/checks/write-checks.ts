import { hostname } from "node:os";
import { isAbsolute, relative } from "node:path";
import type { Problem } from "../../problem/problem.js";
import type { TerminalOutput } from "../terminal/terminal-output.js";
import { checkText } from "./check-text.js";
import { checkedProblems, type CheckRun, reworded } from "./checked.js";

/** What is known of a run where it was begun. */
export interface Begun extends Pick<CheckRun, "verb" | "version" | "began" | "ms" | "workingFolder"> {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The verb's arguments. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Writes what `--format` asks for; `thrown`: why the command could not do its work. */
export function writeChecks(out: TerminalOutput, begun: Begun, thrown: readonly Problem[] | undefined): void {
  const { verb, environment, workingFolder, args } = begun;
  const checked = thrown === undefined ? out.checked : checkedProblems(thrown, verb);
  if (out.format === undefined || checked === undefined) return;
  const { profile, profiles, failOn } = args;
  const run: CheckRun = {
    ...begun,
    hostname: hostname(),
    failsOnWarnings: failOn === "warning",
    folder: repositoryOf(environment, workingFolder),
    files: [profiles, profile].flat().filter((file) => typeof file === "string"),
  };
  const text = checkText(out.format, reworded(checked, out.inImage), run);
  // there may be nothing to annotate
  if (text !== "") out.file(text);
}

/** Paths in annotations and SARIF are relative to the checkout, wherever in it the command runs. */
function repositoryOf(environment: Begun["environment"], workingFolder: string): string {
  const folders = [environment["GITHUB_WORKSPACE"], environment["CI_PROJECT_DIR"]];
  return (
    folders.find((folder) => {
      if (folder === undefined || !isAbsolute(folder)) return false;
      const inside = relative(folder, workingFolder);
      return inside !== ".." && !inside.startsWith("../");
    }) ?? workingFolder
  );
}
