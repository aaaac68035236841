import { createInterface } from "node:readline";
import { inspect } from "node:util";
import { Parser } from "tap-parser";
import { sourceName } from "./compile-tests.mjs";

/**
 * Shows the TAP stream of a run of tap as it comes: a line for each test file, the comments of its tests
 * (points hit, tries made), and a block for each failure. Resolves to `{ passed, failed, skipped }`, counted
 * in assertions. tap's own reporters redraw the screen, which fills a log with control sequences, or leave
 * out the failures' details where there is no terminal.
 */
export async function showTap(stream) {
  let lastFile;
  // a file's own failure (it crashed, or ran out of time) comes after the file's line, failures of its tests
  // come before
  const { parser, totals, endFile } = follow(({ fullname }) => fullname === lastFile);
  parser.on("assert", (file) => {
    lastFile = file.name;
    endFile(sourceName(file.name), file.time ?? 0, file.ok);
  });
  stream.pipe(parser);
  return totals;
}

/**
 * The same for one process that runs several test files, one after another, and reports `ended FILE` after
 * each (see scripts/unit/worker.mjs), which is not counted; calls `ended` after each.
 */
export async function showTapOfMany(stream, ended) {
  const { parser, counts, totals, endFile } = follow();
  let start = performance.now();
  for await (const line of createInterface({ input: stream })) {
    parser.write(`${line}\n`);
    const name = /^ok \d+ - ended (\S+)$/.exec(line)?.[1];
    if (name === undefined) continue;
    // the parser waits for what may still belong to the last result
    parser.emitResult();
    counts.pass -= 1;
    endFile(name, performance.now() - start);
    start = performance.now();
    ended();
  }
  parser.end();
  return totals;
}

/** The last line of a run. */
export function showTotals({ passed, failed, skipped }) {
  if (passed + failed === 0) print("no test ran");
  print(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
}

/** Gathers what belongs to a file until it ends; a failure that comes `late` is shown at once. */
function follow(late = () => false) {
  const counts = { pass: 0, fail: 0, skip: 0, todo: 0 };
  const parser = new Parser();
  let failures = [];
  let comments = [];
  let before = { checks: 0, failed: 0 };
  for (const kind of Object.keys(counts))
    parser.on(kind, () => {
      counts[kind] += 1;
    });
  parser.on("fail", (result) => {
    if (late(result)) print(describe(result));
    else failures.push(result);
  });
  onComments(parser, (text) => comments.push(text));
  parser.on("bailout", (reason) => {
    print(`bailed out: ${reason}`);
  });
  const endFile = (name, ms, ok = counts.fail === before.failed) => {
    const checks = total(counts);
    print(`${ok ? "ok  " : "FAIL"} ${name}  ${checks - before.checks} checks  ${Math.round(ms)} ms`);
    for (const comment of comments) print(`     ${comment}`);
    for (const failure of failures) print(describe(failure));
    before = { checks, failed: counts.fail };
    failures = [];
    comments = [];
  };
  const totals = new Promise((resolve) => {
    parser.on("complete", () => {
      // of a process that ended too early
      for (const failure of failures) print(describe(failure));
      resolve({ passed: counts.pass, failed: counts.fail, skipped: counts.skip + counts.todo });
    });
  });
  return { parser, counts, totals, endFile };
}

/** Tap's own comments: names of subtests, times and counts. */
const tapsOwn = /^(Subtest\b|time=|\{ total: |(tests|pass|fail|skip|todo|failed|passed)\b.*\d)/;

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
    const text = typeof value === "string" ? value.trimEnd() : asText(value);
    evidence.push(text.includes("\n") ? `${name}:\n${text}` : `${name}: ${text}`);
  }
  const lines = evidence.filter(Boolean).flatMap((text) => text.split("\n"));
  const kept = lines.filter((line) => !line.includes(".tap/compiled/node_modules/tap/"));
  return [`  not ok: ${sourceName(fullname)}`, ...kept.map((line) => `    ${line}`)].join("\n");
}

/** On one line where it is short; a value that refers to itself, as tap's YAML may, has no JSON. */
function asText(value) {
  try {
    return JSON.stringify(value);
  } catch {
    return inspect(value, { depth: 6 });
  }
}
