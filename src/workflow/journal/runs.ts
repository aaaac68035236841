import type { Host } from "../../host/host.js";
import { type AbsolutePath, currentFile, joined, runsFolder } from "../../host/path.js";
import { sizeLimits } from "../../host/size-limits.js";
import { Problem } from "../../problem/problem.js";
import { withoutUrlSecrets } from "../../problem/without-url-secrets.js";
import type { RecordedRun } from "./entry.js";
import { parseJournal } from "./recorded-run.js";

const runName = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

export interface Runs {
  /** The latest first. */
  readonly runs: readonly RecordedRun[];
  /** One for each journal that cannot be read. */
  readonly problems: readonly Problem[];
}

/** Path of a run's journal. */
export function journalFile(run: string): AbsolutePath {
  return joined(runsFolder, run, "journal.jsonl");
}

/** The names of all runs' folders, in no meaningful order: the clock may have jumped between two of them. */
export function runNames(host: Host): readonly string[] {
  return (host.files().list(runsFolder) ?? [])
    .filter(({ name, kind }) => kind === "folder" && runName.test(name))
    .map(({ name }) => name);
}

/** Every run of the host that has begun. Only root can read them. */
export function readRuns(host: Host): Runs {
  const problems: Problem[] = [];
  const runs = runNames(host).flatMap((name) => {
    try {
      return readJournal(host, name) ?? [];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
      return [];
    }
  });
  return { runs: runs.sort((left, right) => right.sequence - left.sequence), problems };
}

/** The run with that name or number. Throws `run-unknown`, or what is wrong with its journal. */
export function readRun(host: Host, asked: string): RecordedRun {
  const found = runName.test(asked)
    ? readJournal(host, asked)
    : readRuns(host).runs.find(({ sequence }) => String(sequence) === asked);
  if (found !== undefined) return found;
  throw unknownRun(asked);
}

/** Throws `run-unknown` for a text that cannot be a run's name or number on any host. */
export function requireRunName(asked: string): void {
  if (!runName.test(asked) && !/^\d+$/.test(asked)) throw unknownRun(asked);
}

function unknownRun(asked: string): Problem {
  return new Problem(
    "run-unknown",
    `there is no run ${JSON.stringify(withoutUrlSecrets(asked).slice(0, 80))} on this host`,
    { hint: "knetctl history lists the runs by number and name" },
  );
}

/** The name of the run that is in progress, or that was cut off; undefined if there is none. */
export function currentRun(host: Host): string | undefined {
  const name = host.files().read(currentFile, 100)?.toString("utf8").trim();
  return name !== undefined && runName.test(name) ? name : undefined;
}

/** What identifies a run, without the rest of its journal. */
export interface RunHead {
  readonly run: string;
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly began: string;
}

export interface RunHeads {
  /** The latest first. */
  readonly heads: readonly RunHead[];
  /** Names of runs whose journals cannot be read. */
  readonly unreadable: readonly string[];
  /**
   * Names of folders without a journal: of runs that were cut off before they began, or while they were being
   * removed.
   */
  readonly empty: readonly string[];
}

/**
 * Every run's head: a look at each journal, without the cost of checking everything in it. Only root can read
 * them.
 */
export function readHeads(host: Host): RunHeads {
  const heads: RunHead[] = [];
  const unreadable: string[] = [];
  const empty: string[] = [];
  for (const run of runNames(host)) {
    try {
      const head = readHead(host, run);
      if (head === undefined) empty.push(run);
      else heads.push({ run, ...head });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      unreadable.push(run);
    }
  }
  return { heads: heads.sort((left, right) => right.sequence - left.sequence), unreadable, empty };
}

/**
 * More than any earlier run's number, including those whose journals cannot be read: each took at most the
 * next number.
 */
export function nextSequence({ heads, unreadable }: RunHeads): number {
  return (heads[0]?.sequence ?? 0) + unreadable.length + 1;
}

/** As `Journal.begin` writes it; a journal that begins differently is read completely. */
const beginning = /^\{"type":"begin","format":1,"run":"[^"]+","sequence":(\d{1,15}),"time":"([^"]+)"/;
const mostOfBeginning = 200;

function readHead(host: Host, name: string): Omit<RunHead, "run"> | undefined {
  const start = host.files().beginning(journalFile(name), mostOfBeginning);
  const [, sequence, began] = beginning.exec(start?.toString("latin1") ?? "") ?? [];
  return sequence !== undefined && began !== undefined
    ? { sequence: Number(sequence), began }
    : readJournal(host, name);
}

function readJournal(host: Host, name: string): RecordedRun | undefined {
  const content = host.files().read(journalFile(name), sizeLimits.list);
  return content && parsed(content, name);
}

function parsed(content: Buffer, name: string): RecordedRun {
  return parseJournal(wholeLines(content).toString("utf8"), joined(runsFolder, name));
}

const lineBreak = 0x0a;

/**
 * The lines of a journal that were written completely. Each line is on disk before the next one is begun, so
 * a power cut can tear only the last: it then has no end, or zeros where a block did not reach the disk,
 * which JSON never contains. What it was to record had not been done, or is looked for on the host.
 */
export function wholeLines(content: Buffer): Buffer {
  const ended = content.subarray(0, content.lastIndexOf(lineBreak) + 1);
  const last = ended.length < 2 ? 0 : ended.lastIndexOf(lineBreak, ended.length - 2) + 1;
  return ended.includes(0, last) ? ended.subarray(0, last) : ended;
}
