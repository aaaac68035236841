// Runs compiled test files, each in a process of its own, and writes one TAP stream: when a file has ended, a
// subtest with all that it said. tap's own runner would load a compiler and a watcher of processes into each
// of them, and into every program that they start. Arguments: `--timeout=SECONDS` for each file, the files;
// node's own are those of the files' processes.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { inClone } from "./clone.mjs";

/** Two more than there are processors: most tests wait now and then, some most of the time. */
const lanes = availableParallelism() + 2;
/** After the time for a file, tap in its process has time to say what did not end. */
const withGrace = 1.1;

const [timeout, ...waiting] = process.argv.slice(2);
const seconds = Number(/^--timeout=(\d+)$/.exec(timeout)?.[1]);
let number = 0;

const environment = { ...process.env, TAP_TIMEOUT: `${seconds}`, TAP_OMIT_VERSION: "1" };
/** What tests have of that name to support them. */
const supporting = (name) => import(pathToFileURL(inClone(".tap/compiled/test/support", `${name}.js`)).href);

const print = (lines) => process.stdout.write(`${lines}\n`);

async function lane() {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) show(file, await run(file));
}

/** The first of all files waits for most of its time (longest-first.mjs): one more runs beside it. */
async function first() {
  const file = waiting.shift();
  if (file !== undefined) show(file, await run(file));
}

async function run(file) {
  const start = performance.now();
  const { output, ended, kill } = await started(file);
  const timer = setTimeout(kill, seconds * 1000 * withGrace);
  const said = await text(output);
  const how = await ended;
  clearTimeout(timer);
  return { said, how, ms: performance.now() - start };
}

/**
 * The file's process: in the sandbox that the file would enter first, if it has one (test/support/ensure-…),
 * which it then need not be loaded for, with tap and all that it tests.
 */
async function started(file) {
  const [, ensure, support] =
    /^import \{ (ensure\w+) \} from "[./]+\/support\/([\w-]+)\.js";$/m.exec(readFileSync(file, "utf8")) ?? [];
  if (ensure === undefined) return startedHere(file);
  let sandboxed;
  const enter = async (program, args, variables) => {
    const { startInside } = await supporting("ensure-sandbox");
    sandboxed = await startInside(program, args, { ...environment, ...variables }, "pipe");
  };
  try {
    const { [ensure]: ensured } = await supporting(support);
    // what is left of it ends with this process
    const late = wait(seconds * 1000, undefined, { ref: false }).then(() => {
      throw new Error(`its sandbox is not ready after ${seconds} s`);
    });
    await Promise.race([ensured(resolve(file), enter), late]);
  } catch (error) {
    return { output: Readable.from([]), ended: Promise.resolve(inspect(error)), kill() {} };
  }
  // there already
  if (sandboxed === undefined) return startedHere(file);
  const { child, exitCode, kill } = sandboxed;
  return { output: child.stdout, ended: exitCode, kill: () => kill("SIGKILL") };
}

function startedHere(file) {
  const child = spawn(process.execPath, [...process.execArgv, file], {
    stdio: ["ignore", "pipe", "inherit"],
    env: environment,
  });
  const ended = new Promise((end) => child.once("close", (code, signal) => end(signal ?? code)));
  return { output: child.stdout, ended, kill: () => child.kill("SIGKILL") };
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

await (await supporting("simulator-cache")).fillSimulatorCache();
print("TAP version 14");
await Promise.all([first(), ...Array.from({ length: lanes }, lane)]);
print(`1..${number}`);
