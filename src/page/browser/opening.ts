import { reportPicture } from "../../pictures/report-picture.js";
import { problemsOf } from "../../problem/internal-error.js";
import { type ProblemJson, titleWithDetail } from "../../problem/problem.js";
import type { DataMap } from "../data.js";
import { type TakenOver, takeOver } from "../take-over.js";
import { bytesOf } from "./files.js";
import type { Notice } from "./notices.js";

/** What the page has after files were opened. */
export interface Opening {
  /** Undefined: none of them was for the form. */
  readonly data?: DataMap;
  /** Of the last report among them. */
  readonly picture?: string;
  readonly notices: readonly Notice[];
}

/** Takes files over, one after the other: each adds to what those before it have left. */
export async function opened(files: readonly File[], data: DataMap): Promise<Opening> {
  let now: Opening = { notices: [] };
  for (const file of files) {
    const { notices, ...made } = await openedOne(file, now.data ?? data);
    now = { ...now, ...made, notices: [...now.notices, ...notices] };
  }
  return now;
}

async function openedOne(file: File, data: DataMap): Promise<Opening> {
  let bytes: Uint8Array;
  try {
    bytes = await bytesOf(file);
  } catch {
    // a folder, or a file that is gone or that this account may not read
    return { notices: [refused(file.name, [])] };
  }
  try {
    return shown(await takeOver(bytes, file.name, data), file.name);
  } catch (error) {
    return {
      notices: [
        refused(
          file.name,
          problemsOf(error, { hint: "report this, with the kind of the file" }).map((problem) =>
            problem.toJSON(),
          ),
        ),
      ],
    };
  }
}

function shown(taken: TakenOver, file: string): Opening {
  switch (taken.is) {
    case "unusable":
      return { notices: [refused(file, taken.problems)] };
    case "report": {
      const picture = reportPicture(taken.report);
      const title = "the file is not a report of ha probe, ha prove or ha drill";
      return picture === undefined
        ? { notices: [{ isBad: true, title, file, lines: [] }] }
        : { picture, notices: [] };
    }
    case "profile":
    case "client-config":
    case "settings": {
      const lines = taken.notes.map((text) => ({ text }));
      return {
        data: taken.data,
        notices: [{ isBad: false, title: "taken over from the file", file, lines }],
      };
    }
  }
}

function refused(file: string, problems: readonly ProblemJson[]): Notice {
  const lines = problems.map(({ title, detail, hint, where }) => ({
    text: titleWithDetail({ title, detail }),
    ...(where?.line !== undefined && { place: `${file}:${where.line}:${where.column ?? 1}` }),
    ...(hint !== undefined && { hint }),
  }));
  return { isBad: true, title: "the file cannot be taken over", file, lines };
}
