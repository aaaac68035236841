import { spawn } from "node:child_process";
import { inClone, clone } from "./clone.mjs";
import { quiet } from "./child.mjs";
import { compileTests, compiledTests, testOptions } from "./compile-tests.mjs";
import { bulkyFolders } from "./bulky-folders.mjs";
import { forRoot } from "./environment.mjs";
import { SetupFailure } from "./failure.mjs";
import { longestFirst } from "./longest-first.mjs";
import { aroundRoot, asRoot } from "./root.mjs";
import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";

/**
 * Compiles the tests (all, or the files and folders named in `args`) and runs the unit tests among them,
 * which need nothing of a set-up but the npm packages and the generated code: several to a process, and as
 * nobody where this is root. Returns two promises, both for `runTests`: of what is `compiled`, and of what
 * the `units` count. A failure may be asked for later.
 */
export function runUnitTests(args) {
  const compiled = compile(args);
  const units = compiled.then(runUnits);
  for (const promise of [compiled, units]) promise.catch(() => undefined);
  return { compiled, units };
}

async function compile(args) {
  const timeout = timeoutAmong(args.filter((arg) => arg.startsWith("-")));
  // they import packages that are there only after `npm ci`
  const { unitTestsAmong } = await import("../unit/choose.mjs");
  const files = longestFirst(compiledTests(args.filter((arg) => !arg.startsWith("-"))));
  await compileTests();
  return { timeout, files, unitFiles: new Set(unitTestsAmong(files)) };
}

async function runUnits({ files, unitFiles }) {
  const { testsThatLoad } = await import("../unit/choose.mjs");
  const { runInPool } = await import("../unit/pool.mjs");
  const { runAsNobody } = await import("../unit/as-nobody.mjs");
  const environment = environmentOfTests(files);
  process.stdout.write(
    `samples are drawn with seed ${environment.KNETCTL_TEST_SEED}; KNETCTL_TEST_SEED chooses another\n`,
  );
  if (testsThatLoad(files, new Set([pageSupport])).length > 0)
    await (await import("../page/kept-page.mjs")).keptPage();
  return (isForNobody(environment) ? runAsNobody : runInPool)([...unitFiles], { environment });
}

/**
 * Runs the tests: the unit tests, unless `begun` is running them, and the others as root: those that can
 * share a process, and after all these each file in one of its own, for which `args` may have
 * `--timeout=SECONDS`. Shows a line for each test file and every failure, and ends with `N passed, N failed`.
 * Exit code 1 when something failed, or when no test ran.
 */
export async function runTests(root, args, begun) {
  const { compiled, units } = begun?.units === undefined ? runUnitTests(args) : begun;
  const { timeout, files, unitFiles } = await compiled;
  const others = files.filter((file) => !unitFiles.has(file));
  const { sharingAmong, testsThatLoad } = await import("../unit/choose.mjs");
  const { runAsRoot } = await import("../unit/as-root.mjs");
  const { sumOf } = await import("../unit/pool.mjs");
  const { showTotals } = await import("./tap-display.mjs");
  const environment = { ...environmentOfTests(others), KNETCTL_TEST_HIDDEN: bulkyFolders().join(":") };
  const sharing = sharingAmong(others);
  if (testsThatLoad(others, new Set([verbSupport])).length > 0)
    environment.KNETCTL_TEST_VERB_PROGRAM = await verbProgram();
  const [shared, counted] = await Promise.all([runAsRoot(root, sharing, environment), units]);
  const isShared = new Set(sharing.flat());
  const left = others.filter((file) => !isShared.has(file));
  const alone = await runAlone(root, environment, timeout, left);
  await giveBack(root);
  const totals = sumOf([counted, shared, alone]);
  showTotals(totals);
  return alone.code === 0 && totals.failed === 0 && totals.passed > 0 ? 0 : alone.code || 1;
}

/** What sweeps run again and again: bundled once for all of them. */
const verbSupport = ".tap/compiled/test/support/verb-program.js";

async function verbProgram() {
  const { writeVerbProgramText } = await import(pathToFileURL(inClone(verbSupport)).href);
  const text = inClone(".tap/verb-program.txt");
  await writeVerbProgramText(text);
  return text;
}

/** Those apart are what fetches something. */
function environmentOfTests(files) {
  const fetches = files.some((file) => file.includes("/test/apart/"));
  return { KNETCTL_TEST_SEED: "1", ...forRoot(process.env, fetches) };
}

/** What gives a test the page: it is made before the first of them asks. */
const pageSupport = ".tap/compiled/test/support/page.js";

/**
 * Whether the unit tests run as a user who may do nothing: they are for any user. As root they would only
 * show that they are for root; and they write the reference's pages where they are.
 */
function isForNobody(environment) {
  return process.getuid() === 0 && environment.KNETCTL_WRITE_DOCS === undefined;
}

function timeoutAmong(options) {
  const other = options.find((option) => !/^--timeout=\d+$/.test(option));
  if (other !== undefined)
    throw new SetupFailure(
      `there is no option ${other}`,
      "name files and folders below test/, or --timeout=SECONDS",
    );
  return options.at(-1) ?? "--timeout=600";
}

/** Runs each file in a process of its own, as root; resolves to the counts and an exit code. */
async function runAlone(root, environment, timeout, files) {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0, code: 0 };
  const { showTap } = await import("./tap-display.mjs");
  const program = [process.execPath, ...testOptions, inClone("scripts/setup/each-alone.mjs")];
  const runner = [...program, timeout, ...files];
  const [first, ...rest] = asRoot(root, environment, runner);
  const child = spawn(first, rest, {
    cwd: clone,
    env: aroundRoot(root, environment),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const wait = () => {};
  process.on("SIGINT", wait);
  const ended = new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
  const totals = await showTap(child.stdout);
  const code = await ended;
  process.off("SIGINT", wait);
  return { ...totals, code };
}

/**
 * What root made in a user's clone belongs to that user again, so that the next run without root can replace
 * it.
 */
async function giveBack(root) {
  const { uid, gid } = statSync(clone);
  if (uid === 0) return;
  const [program, ...rest] = asRoot(root, {}, [
    "chown",
    "--recursive",
    "--no-dereference",
    "--from=0:0",
    `${uid}:${gid}`,
    inClone(".tap"),
  ]);
  await quiet(program, rest);
}
