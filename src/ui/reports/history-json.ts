import type { Problem } from "../../problem/problem.js";
import { valueWithoutUrlSecrets } from "../../problem/without-url-secrets.js";
import type { JournaledChange, RecordedRun } from "../../workflow/journal/entry.js";
import { mayStand } from "../../workflow/journal/recorded-run.js";
import type { TakeBackResult } from "../../workflow/undo/take-back.js";
import { changeJson } from "./plan-text.js";

type Json = Readonly<Record<string, unknown>>;

/** The document of `history --json`. Schema: schemas/report.schema.json. */
export function historyJson(runs: readonly RecordedRun[], problems: readonly Problem[]): Json {
  return { runs: runs.map((run) => ({ ...headJson(run), count: run.changes.length })), problems };
}

/**
 * The document of `history RUN --json`: changes as in a plan, each with how far it got. `obstacles`: what
 * prevents it from being taken back.
 */
export function runJson(run: RecordedRun, obstacles: readonly Problem[]): Json {
  return {
    ...headJson(run),
    folder: run.folder,
    changes: run.changes.map(journaledJson),
    problems: run.problems,
    obstacles,
  };
}

/**
 * The document of `rollback --json`. With `--dry-run` the outcome is null, and the changes are those that
 * would be taken back.
 */
export function rollbackJson(
  run: RecordedRun,
  result: TakeBackResult | null,
  problems: readonly Problem[],
): Json {
  const changes = run.changes.filter(mayStand);
  return {
    run: run.run,
    sequence: run.sequence,
    outcome: result?.outcome ?? null,
    changes: changes.map(journaledJson),
    problems,
  };
}

function headJson({ run, sequence, began, ended, who, version, profile, outcome }: RecordedRun): Json {
  return {
    run,
    sequence,
    began,
    ...(ended !== undefined && { ended }),
    who,
    version,
    profile: valueWithoutUrlSecrets(profile),
    outcome,
  };
}

function journaledJson({ change, progress }: JournaledChange): Json {
  return { ...changeJson(change), progress };
}
