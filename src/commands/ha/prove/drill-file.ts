import { resolve } from "node:path";
import { realFiles } from "../../../host/files/real-files.js";
import { callers } from "../../../host/given-file.js";
import { type AbsolutePath, asAbsolutePath, folderOf } from "../../../host/path.js";
import { writeNewFile } from "../../../host/publish-file.js";
import { Problem } from "../../../problem/problem.js";
import { reportPicture } from "../../../pictures/report-picture.js";
import { drillJson, type DrillReport } from "../../../ui/reports/drill-report.js";
import type { CommandContext } from "../../command.js";

/**
 * Where the picture of a drill goes; undefined if nobody wants one. A file that is there, or a folder that is
 * not, is told before the first login: throws a Problem.
 */
export function pictureFile(
  name: string | undefined,
  { workingFolder, environment }: Pick<CommandContext, "workingFolder" | "environment">,
): AbsolutePath | undefined {
  if (name === undefined) return undefined;
  const file = asAbsolutePath(resolve(workingFolder, name));
  if (file === undefined || file === "/")
    throw new Problem("usage-invalid", "--svg takes the name of a file");
  const files = realFiles("/", [...callers(environment)]);
  if (files.entry(folderOf(file)) === undefined)
    throw new Problem("host-folder-missing", "the folder of the picture does not exist", {
      where: { path: folderOf(file) },
      hint: "make it, or name a file elsewhere",
    });
  if (files.entry(file) === undefined) return file;
  throw new Problem("host-entry-exists", "there is already a file with this name", {
    where: { path: file },
    hint: "name another file, or move that one away",
  });
}

/**
 * Writes the picture that the generator's page shows of the same report, if there is a file for it. Returns
 * why it could not: what was measured is told all the same.
 */
export function writePicture(
  file: AbsolutePath | undefined,
  report: DrillReport,
  { environment }: Pick<CommandContext, "environment">,
): readonly Problem[] {
  if (file === undefined) return [];
  const picture = reportPicture(drillJson(report, []));
  if (picture === undefined) throw new Error("a drill's report has no picture");
  try {
    writeNewFile(file, Buffer.from(picture), callers(environment));
    return [];
  } catch (error) {
    if (error instanceof Problem) return [error];
    throw error;
  }
}
