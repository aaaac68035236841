import { hostname } from "node:os";
import { isAbsolute, relative } from "node:path";
import type { Problem } from "../../problem/problem.js";
import type { TerminalOutput } from "../terminal/terminal-output.js";
import { type Checked, checkedProblems, type CheckFormat, type CheckRun, reworded } from "./checked.js";
import { githubText } from "./github.js";
import { junitText } from "./junit.js";
import { sarifText } from "./sarif.js";

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

/** What was seen, as the file or the lines that a pipeline reads. */
export function checkText(format: CheckFormat, checked: Checked, run: CheckRun): string {
  switch (format) {
    case "junit":
      return junitText(checked, run);
    case "github":
      return githubText(checked, run);
    case "sarif":
      return sarifText(checked, run);
  }
}
