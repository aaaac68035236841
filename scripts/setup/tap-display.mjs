import { Parser } from "tap-parser";
import { sourceName } from "./compile-tests.mjs";

/**
 * Shows a TAP stream as it comes: one line a test file, what a test has to tell (its comments: points hit,
 * tries made), a block a failure, and last the totals, on a line of their own. Resolves to `{ passed, failed,
 * skipped }`, counted in assertions. tap's own reporters redraw the screen, which fills a log with control
 * sequences, or leave out the failures' details where there is no terminal.
 */
export function showTap(stream) {
  const counts = { pass: 0, fail: 0, skip: 0, todo: 0 };
  let failures = [];
  let comments = [];
  let before = 0;
  let lastFile;
  const parser = new Parser();
  for (const kind of Object.keys(counts))
    parser.on(kind, () => {
      counts[kind] += 1;
    });
  // a file's own failure (it crashed, or ran out of time) comes after its line, what failed in it comes
  // before
  parser.on("fail", (result) =>
    result.fullname === lastFile ? print(describe(result)) : failures.push(result),
  );
  onComments(parser, (text) => comments.push(text));
  parser.on("assert", (file) => {
    const checks = total(counts) - before;
    before = total(counts);
    lastFile = file.name;
    print(
      `${file.ok ? "ok  " : "FAIL"} ${sourceName(file.name)}  ${checks} checks  ` +
        `${Math.round(file.time ?? 0)} ms`,
    );
    for (const comment of comments) print(`     ${comment}`);
    for (const failure of failures) print(describe(failure));
    failures = [];
    comments = [];
  });
  return new Promise((resolve) => {
    parser.on("bailout", (reason) => {
      print(`bailed out: ${reason}`);
    });
    parser.on("complete", () => {
      const totals = { passed: counts.pass, failed: counts.fail, skipped: counts.skip + counts.todo };
      if (totals.passed + totals.failed === 0) print("no test ran");
      print(
        `\n${totals.passed} passed, ${totals.failed} ` +
          `failed${totals.skipped ? `, ${totals.skipped} skipped` : ""}`,
      );
      resolve(totals);
    });
    stream.pipe(parser);
  });
}

/** Tap's own comments: names of subtests, times and counts. */
const tapsOwn = /^(Subtest\b|time=|(tests|pass|fail|skip|todo|failed|passed)\b.*\d)/;

function onComments(parser, tell) {
  parser.on("comment", (line) => {
    const text = line.replace(/^\s*#\s?/, "").trimEnd();
    if (text !== "" && !tapsOwn.test(text)) tell(text);
  });
  parser.on("child", (child) => {
    onComments(child, tell);
  });
}

const print = (text) => process.stdout.write(`${text}\n`);
const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

const notEvidence = new Set([
  "at",
  "source",
  "compare",
  "stdio",
  "cwd",
  "externalID",
  "command",
  "args",
  "jobId",
  "tapCaught",
  "test",
  "type",
  "thrown",
  "exitCode",
]);

/** Name, place, and the evidence tap gives: the difference, the error's own fields, its stack. */
function describe({ fullname, diag }) {
  const { at, exitCode, ...fields } = diag ?? {};
  const evidence = [
    at?.fileName && `at ${at.fileName}:${at.lineNumber}`,
    exitCode && `exit code ${exitCode}`,
  ];
  for (const [name, value] of Object.entries(fields)) {
    if (notEvidence.has(name) || value === null || value === undefined) continue;
    const text = typeof value === "string" ? value.trimEnd() : JSON.stringify(value);
    evidence.push(text.includes("\n") ? `${name}:\n${text}` : `${name}: ${text}`);
  }
  const lines = evidence.filter(Boolean).flatMap((text) => text.split("\n").map((line) => `    ${line}`));
  return [`  not ok: ${sourceName(fullname)}`, ...lines].join("\n");
}
