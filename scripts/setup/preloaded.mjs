// Preloaded into the processes of the tests. What starts them (each-alone.mjs) does without tap.
import { writeSync } from "node:fs";
import { inspect } from "node:util";

const [, program = ""] = process.argv;
const isTest = program.endsWith(".test.js");
if (isTest) (await import("./end-idle-tests.mjs")).endIdleTests();
if (isTest || program.endsWith("/unit/worker.mjs")) {
  const ending = errorsThatEndNode();
  // at its natural end Node waits for requests that are open: one was seen that nothing ended
  const { emit } = process;
  process.emit = function (name, ...rest) {
    const heard = emit.call(this, name, ...rest);
    if (name !== "exit") return heard;
    // Node would show it only after this
    for (const error of ending) showAsResult(error);
    process.reallyExit(Number(process.exitCode ?? rest[0] ?? 0));
    return heard;
  };
}

/** At `exit`, the error that ends the process: one that tap has caught is followed by other work. */
function errorsThatEndNode() {
  const errors = [];
  process.on("uncaughtExceptionMonitor", (error) => {
    errors.push(error);
    queueMicrotask(() => (errors.length = 0));
  });
  return errors;
}

/** What a file says that fails before or between its tests: with the others in its stream, which is TAP. */
function showAsResult(error) {
  const lines = (error instanceof Error ? (error.stack ?? String(error)) : inspect(error)).split("\n");
  const shown = lines.map((line) => `    ${line}\n`).join("");
  writeSync(1, `\nnot ok - an error that no test caught\n  ---\n  error: |-\n${shown}  ...\n`);
}
