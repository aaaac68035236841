import type { Entry, Host } from "../../host/host.js";
import { type AbsolutePath, currentFile, joined, runsFolder } from "../../host/path.js";
import { rootsFile, rootsFolder } from "../../host/rights.js";
import { hostState } from "../../host/state-folder.js";
import { randomHex } from "../../host/random-hex.js";
import type { ProblemCode } from "../../problem/codes.js";
import { messageWithDetail, Problem, type Where } from "../../problem/problem.js";
import { journaled } from "../change.js";
import type { JournalEntry, RecordedRun, RunAuthor, RunHeader } from "./entry.js";
import { forgetOldRuns } from "./forget-old-runs.js";
import { journalFile, nextSequence, readHeads, type RunHeads } from "./runs.js";

/**
 * The record of one run: what it intends to do, the prior state before each change, and how it ended. Every
 * entry is on disk before `write` returns. Beginning the file, or continuing it in another process, puts a
 * new file in its place; further lines are appended to that, so that a power cut can tear only the last
 * (`wholeLines`). From `begin` to `end` the host's state names the run as the current one, which is how the
 * next run learns about one that was cut off.
 */
export class Journal {
  readonly run: string;
  readonly folder: AbsolutePath;
  readonly host: Host;
  /** All runs when this one began, including itself; undefined for one that is only continued. */
  readonly #known: RunHeads | undefined;
  /** The file as this object left it; undefined before it writes. */
  #file: Entry | undefined;
  /**
   * What has to be written next: what others wrote about the run, and lines that could not be written before.
   */
  #unwritten: string;

  private constructor(host: Host, run: string, before: string, known?: RunHeads) {
    this.host = host;
    this.run = run;
    this.folder = joined(runsFolder, run);
    this.#unwritten = before;
    this.#known = known;
  }

  /**
   * Makes the run's folder (root only, 0700) and writes the first entry. The name contains the time:
   * `20261123T211050Z-3f2a`.
   */
  static begin(host: Host, header: RunHeader, now = new Date()): Journal {
    ensureStateFolders(host);
    const known = readHeads(host);
    const head = { run: freeName(known, now), sequence: nextSequence(known), began: now.toISOString() };
    const journal = new Journal(host, head.run, "", { ...known, heads: [head, ...known.heads] });
    host.files().createFolder(journal.folder, rootsFolder);
    journal.#setCurrent();
    journal.write({
      type: "begin",
      format: 1,
      run: head.run,
      sequence: head.sequence,
      time: head.began,
      ...header,
      changes: header.changes.map((change) => journaled(change)),
    });
    return journal;
  }

  /** Continues the journal of a run that is about to be taken back. */
  static reopen(
    host: Host,
    { run, text, outcome }: RecordedRun,
    author: RunAuthor,
    now = new Date(),
  ): Journal {
    const journal = new Journal(host, run, text);
    journal.#setCurrent();
    try {
      journal.write({ type: "rollback", time: now.toISOString(), ...author });
    } catch (error) {
      // if the entry may have been written, or the run had been cut off before, the note stays
      const isBegun =
        outcome === "unfinished" || !(error instanceof Problem) || error.code === "host-durability-unknown";
      if (!isBegun)
        journal.#ifPossible(() => {
          host.files().remove(currentFile);
        }, oldRunsKept);
      throw error;
    }
    return journal;
  }

  write(entry: JournalEntry): void {
    this.#unwritten += `${JSON.stringify(entry)}\n`;
    const [files, file] = [this.host.files(), journalFile(this.run)];
    if (this.#file === undefined) {
      files.write(file, Buffer.from(this.#unwritten), rootsFile);
      this.#file = files.entry(file);
    } else {
      this.#file = files.extend(file, this.#file, Buffer.from(this.#unwritten));
    }
    this.#unwritten = "";
  }

  /**
   * Writes an entry whose failure must not stop the run, such as a step of a rollback; returns a warning if
   * it fails.
   */
  writeIfPossible(entry: JournalEntry): readonly Problem[] {
    return this.#ifPossible(
      () => {
        this.write(entry);
      },
      (cause) => journalIncomplete(cause, this.folder),
    );
  }

  /**
   * Writes the last entry, and after a new run forgets those that are too old or too many to keep. Returns a
   * warning if that fails.
   */
  end(entry: JournalEntry & { readonly type: "end" }): readonly Problem[] {
    const unwritten = this.#ifPossible(
      () => {
        this.write(entry);
        this.host.files().remove(currentFile);
      },
      (cause) => endUnwritten(cause, this.folder),
    );
    const known = this.#known;
    if (unwritten.length > 0 || known === undefined) return unwritten;
    return this.#ifPossible(() => {
      forgetOldRuns(this.host, new Date(), known);
    }, oldRunsKept);
  }

  #setCurrent(): void {
    this.host.files().write(currentFile, Buffer.from(`${this.run}\n`), rootsFile);
  }

  #ifPossible(work: () => void, warning: (cause: Problem) => Problem): readonly Problem[] {
    try {
      work();
      return [];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return [warning(error)];
    }
  }
}

function freeName({ heads, unreadable, empty }: RunHeads, now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const names = new Set([...heads.map(({ run }) => run), ...unreadable, ...empty]);
  for (;;) {
    const name = `${time}-${randomHex(4)}`;
    if (!names.has(name)) return name;
  }
}

/** Makes the folders of all runs if they are missing; knetctl's own and those below it are root's alone. */
export function ensureStateFolders(host: Host): void {
  hostState(host).ensure();
  const files = host.files();
  if (files.entry(runsFolder) === undefined) files.createFolder(runsFolder, rootsFolder);
}

function journalIncomplete(cause: Problem, folder: AbsolutePath): Problem {
  return warningOf(
    cause,
    "workflow-journal-incomplete",
    "the run's journal is incomplete: it could not be written to the end",
    { path: folder },
  );
}

function endUnwritten(cause: Problem, folder: AbsolutePath): Problem {
  return warningOf(
    cause,
    "workflow-journal-incomplete",
    "the end of the run could not be written, so it counts as cut off: the next apply takes it back " +
      "before it begins",
    { path: folder },
  );
}

function oldRunsKept(cause: Problem): Problem {
  return warningOf(cause, "workflow-old-runs-kept", "records of old runs could not be removed", cause.where);
}

function warningOf(cause: Problem, code: ProblemCode, title: string, where: Where | undefined): Problem {
  return new Problem(code, title, {
    severity: "warning",
    ...(where && { where }),
    detail: messageWithDetail(cause),
    ...(cause.hint !== undefined && { hint: cause.hint }),
    cause,
  });
}
