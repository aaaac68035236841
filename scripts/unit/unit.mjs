import { compileTests, compiledTests } from "../setup/compile-tests.mjs";
import { showTotals } from "../setup/tap-display.mjs";
import { unitTestsAmong } from "./choose.mjs";
import { dismiss, fewCases, runInPool, startWorkers } from "./pool.mjs";
import { watch } from "./watch.mjs";

/**
 * Runs the unit tests (all, or those among the named files and folders); with `--watch`, then also those that
 * load a file whenever it is saved. Resolves to the exit code: 1 when something failed or no test ran.
 */
export async function unit(args) {
  const names = args.filter((arg) => !arg.startsWith("-"));
  const tests = () => unitTestsAmong(compiledTests(names));
  const code = await runOnce(tests);
  return args.includes("--watch") ? watch(tests, showResult) : code;
}

async function runOnce(tests) {
  // they start while the tests are compiled
  const workers = startWorkers(fewCases);
  try {
    await compileTests();
    return showResult(await runInPool(tests(), {}, workers));
  } finally {
    dismiss(workers);
  }
}

function showResult(totals) {
  showTotals(totals);
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}
