import { basename } from "node:path";
import type { Host } from "../../host/host.js";
import type { PreparedModule } from "../../host/installer/prepare-module.js";
import { receiptFile } from "../../host/installer/receipt.js";
import type { StagedInstallation } from "../../host/installer/staged/stage-installation.js";
import { StagedContents } from "../../host/stage/staged-contents.js";
import { sizeLimits } from "../../host/size-limits.js";
import { Problem, throwIfErrors } from "../../problem/problem.js";
import type { Change } from "../../workflow/change.js";
import { interrupted, makeInStage } from "../../workflow/make-changes.js";
import type { Staging } from "../../workflow/staging.js";
import type { StepInput } from "../../workflow/step.js";
import { stagedChanges } from "./staged-changes.js";
import type { WantedModule } from "./wanted.js";

/** What came of trying install.sh. */
export interface TriedOut {
  readonly module: StagedInstallation;
  /** What a host needs to be as the stage was then. */
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
}

/** An install.sh that may be tried in a stage. */
export interface Tryout {
  /** Says that it will be run soon, unless something keeps the archive from being installed. */
  readonly isComing: () => void;
  /** Undefined where it was not tried: `unforeseen` says why. Throws Problems (`installer-…`, `elf-…`). */
  readonly run: (prepared: PreparedModule) => Promise<TriedOut | undefined>;
  readonly unforeseen: () => Problem;
}

/** One that is not tried, and why. */
export function untried(why: Problem): Tryout {
  return { isComing: () => undefined, run: () => Promise.resolve(undefined), unforeseen: () => why };
}

/**
 * Tries install.sh in a stage in which the changes planned before it were made. Once for a command: a plan
 * that is made again is the same.
 */
export function tryoutIn(
  staging: Staging,
  { host }: StepInput,
  planned: readonly Change[],
  wanted: WantedModule,
): Tryout {
  const key = JSON.stringify([wanted.source, wanted.sha256, planned]);
  const known = remembered.get(staging) ?? new Map<string, Promise<TriedOut | undefined>>();
  remembered.set(staging, known);
  return {
    isComing: () => {
      if (!known.has(key)) staging.openAhead();
    },
    run: (prepared) => {
      const result =
        known.get(key) ??
        tried(staging, host, planned, wanted, prepared).catch((error: unknown) => {
          throw staging.signal.aborted ? interrupted() : error;
        });
      known.set(key, result);
      return result;
    },
    unforeseen: () => staging.none ?? notTried("it was not tried"),
  };
}

const remembered = new WeakMap<Staging, Map<string, Promise<TriedOut | undefined>>>();

export function notTried(because: string, hint?: string): Problem {
  return new Problem("installer-unforeseen", because, hint === undefined ? {} : { hint });
}

async function tried(
  staging: Staging,
  host: Host,
  planned: readonly Change[],
  { source }: WantedModule,
  prepared: PreparedModule,
): Promise<TriedOut | undefined> {
  const stage = await staging.open();
  if (stage === undefined) return undefined;
  throwIfErrors(await makeInStage(stage.host, planned, staging));
  const { stageInstallation } = await import("../../host/installer/staged/stage-installation.js");
  const module = await stageInstallation(stage, host, prepared, {
    archive: source.archive,
    timeoutSeconds: source.installerTimeoutSeconds,
    answers: source.answers ?? [],
    network: source.network,
    signal: staging.signal,
  });
  staging.contents = new StagedContents(stagedFiles(module), module.cache);
  const former = host.files().read(receiptFile, sizeLimits.list)?.toString("utf8");
  return {
    module,
    changes: stagedChanges(module, { staged: stage.host.accounts, host: host.accounts }, former),
    notes: [
      `install.sh of ${basename(source.archive)} was run in a stage: what it did there is planned`,
      ...module.logs.map(
        (log) => `${log} is left as it is: what tools noted in it happened in the stage only`,
      ),
      ...module.left.map(
        ({ name, pid }) =>
          `install.sh left ${name} (process ${pid}) running there; it was ended: the service manager is to ` +
          "start what is needed",
      ),
    ],
  };
}

function stagedFiles({ changes, opener }: StagedInstallation) {
  return changes.flatMap(({ path, after }) =>
    after?.kind === "file" ? [{ path, sha256: after.sha256, opener: opener(path) }] : [],
  );
}
