import { Parser } from "tap-parser";

/**
 * Shows a TAP stream as it comes: one line a test file, a block a failure, and last the totals, on a line of their own.
 * Resolves to `{ passed, failed, skipped }`, counted in assertions. tap's own reporters redraw the screen, which fills a
 * log with control sequences, or leave out the failures' details where there is no terminal.
 */
export function showTap(stream) {
  const counts = { pass: 0, fail: 0, skip: 0, todo: 0 };
  let failures = [];
  let before = 0;
  const parser = new Parser();
  for (const kind of Object.keys(counts)) parser.on(kind, () => { counts[kind] += 1; });
  parser.on("fail", (result) => failures.push(result));
  parser.on("assert", (file) => {
    const checks = total(counts) - before;
    before = total(counts);
    print(`${file.ok ? "ok  " : "FAIL"} ${file.name}  ${checks} checks  ${Math.round(file.time ?? 0)} ms`);
    for (const failure of failures) print(describe(failure));
    failures = [];
  });
  return new Promise((resolve) => {
    parser.on("bailout", (reason) => { print(`bailed out: ${reason}`); });
    parser.on("complete", () => {
      const totals = { passed: counts.pass, failed: counts.fail, skipped: counts.skip + counts.todo };
      if (totals.passed + totals.failed === 0) print("no test ran");
      print(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped ? `, ${totals.skipped} skipped` : ""}`);
      resolve(totals);
    });
    stream.pipe(parser);
  });
}

const print = (text) => process.stdout.write(`${text}\n`);
const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Name, place, and the evidence tap gives: the difference, or the error and its stack. */
function describe({ fullname, diag }) {
  const { at, diff, stack, found, wanted, error, exitCode, signal, timeout } = diag ?? {};
  const evidence = [
    at?.fileName && `at ${at.fileName}:${at.lineNumber}`,
    diff ?? (wanted === undefined ? undefined : `wanted ${JSON.stringify(wanted)}\nfound  ${JSON.stringify(found)}`),
    error && `error: ${typeof error === "string" ? error : JSON.stringify(error)}`,
    stack,
    signal && `ended by ${signal}`,
    timeout && `no end within ${timeout} ms`,
    exitCode && `exit code ${exitCode}`,
  ].filter(Boolean);
  return [`  not ok: ${fullname}`, ...evidence.flatMap((text) => String(text).trimEnd().split("\n").map((line) => `    ${line}`))].join("\n");
}
