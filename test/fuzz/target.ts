import type fc from "fast-check";

/** One kind of input that may be hostile, and what must hold for each of it. */
export interface FuzzTarget {
  readonly name: string;
  /**
   * Fails by throwing, or by taking longer than `slowMs` for one case. `runs`: how many cases it is meant
   * for.
   */
  readonly property: (runs: number) => fc.IRawProperty<unknown, true>;
  /** Cases in `npm test`. */
  readonly shortRuns: number;
}

/**
 * A case that keeps a processor busy for longer is a failure: nothing that is read takes seconds, whatever is
 * in it.
 */
export const slowMs = 5000;

/**
 * Runs what is under test; throws when it took too long. What else the machine is busy with does not count.
 */
export async function inTime<T>(work: () => Promise<T>): Promise<T> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  if (ms > slowMs) throw new Error(`it took ${Math.round(ms)} ms`);
  return result;
}
