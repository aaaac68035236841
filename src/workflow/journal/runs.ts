import type { Host } from "../../host/host.js";
import { joined, type AbsolutePath } from "../../host/path.js";
import { currentFile, runsFolder } from "../../host/state.js";
import { Problem } from "../../problem/problem.js";
import type { RecordedRun } from "./entry.js";
import { parseJournal } from "./recorded-run.js";

const maxJournalBytes = 64 * 1024 ** 2;
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

/** Names of all runs' folders, in no order that means anything: the clock may have jumped between two of them. */
export function runNames(host: Host): readonly string[] {
  return (host.files().list(runsFolder) ?? []).filter(({ name, kind }) => kind === "folder" && runName.test(name)).map(({ name }) => name);
}

/** Every run of the host that has begun. Only root may look. */
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

/** The run of that name or number. Throws `run-unknown`, or what is wrong with its journal. */
export function readRun(host: Host, asked: string): RecordedRun {
  const found = runName.test(asked) ? readJournal(host, asked) : readRuns(host).runs.find(({ sequence }) => String(sequence) === asked);
  if (found !== undefined) return found;
  throw new Problem("run-unknown", `there is no run ${JSON.stringify(asked.slice(0, 80))} on this host`, { hint: "knetctl history lists the runs by number and name" });
}

/** Name of the run that is under way, or that was cut off; undefined when there is none. */
export function currentRun(host: Host): string | undefined {
  const name = host.files().read(currentFile, 100)?.toString("utf8").trim();
  return name !== undefined && runName.test(name) ? name : undefined;
}

/** More than any run before had, those included whose journals cannot be read: each took at most the next number. */
export function nextSequence(host: Host): number {
  const { runs, problems } = readRuns(host);
  return Math.max(0, ...runs.map(({ sequence }) => sequence)) + problems.length + 1;
}

function readJournal(host: Host, name: string): RecordedRun | undefined {
  const text = host.files().read(journalFile(name), maxJournalBytes)?.toString("utf8");
  return text === undefined ? undefined : parseJournal(text, joined(runsFolder, name));
}
