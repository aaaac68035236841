import { randomBytes } from "node:crypto";
import { runsFolder, stateFolder } from "../host/state.js";
import type { Host } from "../host/host.js";
import { folderOf, joined, type AbsolutePath } from "../host/path.js";
import { Problem, type ProblemJson } from "../problem/problem.js";
import type { Change } from "./change.js";

export type Outcome = "applied" | "unchanged" | "failed" | "rolled-back";

/** A line of a run's journal. `number` counts the plan's changes from 1. Schema: schemas/journal.schema.json. */
export type JournalEntry =
  | { readonly type: "begin"; readonly format: 1; readonly run: string; readonly time: string; readonly profile: string; readonly changes: readonly Change[] }
  | { readonly type: "intent"; readonly number: number; readonly prior: unknown }
  | { readonly type: "done"; readonly number: number }
  | { readonly type: "undone"; readonly number: number }
  | { readonly type: "undo-failed"; readonly number: number; readonly problem: ProblemJson }
  | { readonly type: "end"; readonly time: string; readonly outcome: Outcome; readonly problems: readonly ProblemJson[] };

/**
 * The record of one run: what it means to do, the prior state before each deed, and how it ended. Every entry is on disk
 * before `write` returns. The file is replaced whole and atomically, so a reader never meets half a line.
 */
export class Journal {
  readonly run: string;
  readonly folder: AbsolutePath;
  readonly #host: Host;
  #lines = "";

  private constructor(host: Host, run: string) {
    this.#host = host;
    this.run = run;
    this.folder = joined(runsFolder, run);
  }

  /** Makes the run's folder (root only, 0700). The name sorts by time: `20261123T211050Z-3f2a`. */
  static create(host: Host, now: Date): Journal {
    const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
    const journal = new Journal(host, `${time}-${randomBytes(2).toString("hex")}`);
    for (const folder of [folderOf(folderOf(stateFolder)), folderOf(stateFolder)]) ensureFolder(host, folder, 0o755);
    for (const folder of [stateFolder, runsFolder, journal.folder]) ensureFolder(host, folder, 0o700);
    return journal;
  }

  write(entry: JournalEntry): void {
    this.#lines += `${JSON.stringify(entry)}\n`;
    this.#host.files().write(joined(this.folder, "journal.jsonl"), Buffer.from(this.#lines), { mode: 0o600, uid: 0, gid: 0 });
  }

  /** Writes what must not stop the run, such as a step of a rollback; returns a warning when that cannot be done. */
  writeIfPossible(entry: JournalEntry): readonly Problem[] {
    try {
      this.write(entry);
      return [];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return [journalIncomplete(error, this.folder)];
    }
  }
}

function ensureFolder(host: Host, folder: AbsolutePath, mode: number): void {
  const files = host.files();
  if (files.entry(folder) === undefined) files.createFolder(folder, { mode, uid: 0, gid: 0 });
}

function journalIncomplete(cause: Problem, folder: AbsolutePath): Problem {
  return new Problem("workflow-journal-incomplete", "the run's journal is incomplete: it could not be written to the end", {
    severity: "warning",
    where: { path: folder },
    detail: [cause.message, cause.detail].filter((part) => part !== undefined).join(": "),
    ...(cause.hint !== undefined && { hint: cause.hint }),
    cause,
  });
}
