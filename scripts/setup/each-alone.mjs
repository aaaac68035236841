// Runs compiled test files, each in a process of its own, and writes one TAP stream: when a file has ended, a
// subtest with all that it said. tap's own runner would load a compiler and a watcher of processes into each
// of them, and into every program that they start. Arguments: `--timeout=SECONDS` for each file, the files.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { inClone } from "./clone.mjs";
import { testOptions } from "./compile-tests.mjs";

/** Two more than there are processors: most tests wait now and then, some most of the time. */
const lanes = availableParallelism() + 2;
/** After the time for a file, tap in its process has time to say what did not end. */
const withGrace = 1.1;

const [timeout, ...waiting] = process.argv.slice(2);
const seconds = Number(/^--timeout=(\d+)$/.exec(timeout)?.[1]);
let number = 0;

const print = (lines) => process.stdout.write(`${lines}\n`);

async function lane() {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) show(file, await run(file));
}

async function run(file) {
  const start = performance.now();
  const child = spawn(process.execPath, [...testOptions, ...startOf(file)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TAP_TIMEOUT: `${seconds}`, TAP_OMIT_VERSION: "1" },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000 * withGrace);
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  const said = await text(child.stdout);
  const how = await ended;
  clearTimeout(timer);
  return { said, how, ms: performance.now() - start };
}

/** What node is given to start it, in its sandbox if it has one. */
function startOf(file) {
  const [, enter, support] =
    /^import \{ (ensure\w+) \} from "[./]+\/support\/([\w-]+)\.js";$/m.exec(readFileSync(file, "utf8")) ?? [];
  if (enter === undefined) return [file];
  return [
    inClone("scripts/setup/in-sandbox.mjs"),
    inClone(".tap/compiled/test/support", `${support}.js`),
    enter,
    inClone(file),
  ];
}

function show(file, { said, how, ms }) {
  const count = said.match(/^(not )?ok /gm)?.length ?? 0;
  const failure = how !== 0 ? `it ended with ${how}` : count === 0 ? "it has no test" : undefined;
  number += 1;
  print(`# Subtest: ${file}`);
  print(indented(failure === undefined ? said : withFailure(said, count, failure)));
  print(`${failure === undefined ? "ok" : "not ok"} ${number} - ${file} # time=${Math.round(ms)}ms`);
  if (failure !== undefined) process.exitCode = 1;
}

/** The plan counts it too: what comes after a plan, or without one, is not a result. */
function withFailure(said, count, failure) {
  return `${said.replace(/^1\.\.\d.*\n/gm, "").trimEnd()}\nnot ok - ${failure}\n1..${count + 1}`;
}

function indented(lines) {
  return lines.trimEnd().replace(/^(?=.)/gm, "    ");
}

const { fillSimulatorCache } = await import(
  pathToFileURL(inClone(".tap/compiled/test/support/simulator-cache.js")).href
);
await fillSimulatorCache();
print("TAP version 14");
await Promise.all(Array.from({ length: lanes }, lane));
print(`1..${number}`);
