import { performance } from "node:perf_hooks";
import type { WorkerRequest } from "../worker-request.js";
import type { WorkerEnd } from "./run-worker.js";

/** What differs between the processes of one test. */
export type Pass = Pick<WorkerRequest, "loadFirst" | "mayStartAgain"> & { readonly timeoutMs: number };

/** The second loads first what the module loaded itself; a third, what that led to. */
const mostPasses = 3;

/**
 * Runs a worker, and again if it answers `again` instead of logging in (checks/libraries.ts) or dies before
 * that, all within one time-out. Resolves to the end of the last, whose report is the test's. No more than
 * one of them logs in.
 */
export async function inPasses(
  timeoutMs: number,
  run: (pass: Pass) => Promise<WorkerEnd>,
): Promise<WorkerEnd> {
  const started = performance.now();
  let loadFirst: readonly string[] = [];
  for (let pass = 1; ; pass++) {
    const leftMs = Math.max(1, timeoutMs - (performance.now() - started));
    const end = await run({ loadFirst, mayStartAgain: pass < mostPasses, timeoutMs: leftMs });
    const more = toLoadFirst(end).filter((library) => !loadFirst.includes(library));
    if (more.length === 0 || pass === mostPasses) return end;
    loadFirst = [...loadFirst, ...more];
  }
}

/**
 * What the worker asks for, with what the module closed again; or what it loaded before it ended its process
 * without a login, of which the wrong libraries may be the reason.
 */
function toLoadFirst({ transcript, libraries, killed }: WorkerEnd): readonly string[] {
  if (killed === "abort" || transcript.pinGiven) return [];
  if (transcript.again !== undefined) return [...new Set([...transcript.again, ...libraries])];
  const died = transcript.open !== undefined && !transcript.done && killed === undefined;
  return died ? libraries : [];
}
