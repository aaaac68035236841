// One process of `npm run fuzz`: the cases that its argument names, one JSON document about them on standard
// output.
import { writeSync } from "node:fs";
import fc from "fast-check";
import { targets } from "../../test/fuzz/index.js";

interface Slice {
  readonly target: string;
  readonly seed: number;
  readonly runs: number;
  readonly path?: string;
}

const countDescriptor = 3;

const slice = JSON.parse(process.argv[2] ?? "{}") as Slice;
const target = targets.find(({ name }) => name === slice.target);
if (target === undefined) throw new Error(`there is no target ${slice.target}`);
// each Problem costs a stack trace, and hostile input makes many; a failure run again by its path is shown
// with the whole trace
Error.stackTraceLimit = slice.path === undefined ? 3 : 30;
let cases = 0;
const property = target.property(slice.runs);
const counted: typeof property = Object.assign(Object.create(property) as typeof property, {
  run: (value: unknown) => {
    writeSync(countDescriptor, String(++cases).padStart(9), 0);
    return property.run(value);
  },
});
const details = await fc.check(counted, {
  seed: slice.seed,
  numRuns: slice.runs,
  interruptAfterTimeLimit: 3_600_000,
  ...(slice.path !== undefined && { path: slice.path }),
});
const { user, system } = process.cpuUsage();
const outcome = details.failed ? { failure: reportOf(details), path: details.counterexamplePath } : {};
process.stdout.write(JSON.stringify({ cases: details.numRuns, cpuMs: (user + system) / 1000, ...outcome }));

/** The smallest case, cut short if it is long, and what went wrong with it. */
function reportOf({ counterexample, errorInstance }: fc.RunDetails<unknown>): string {
  const reason =
    errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance);
  return `${fc.stringify(counterexample).slice(0, 4000)}\n${reason}`;
}
