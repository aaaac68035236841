import { watch as watchFolder } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { inClone } from "../setup/clone.mjs";
import { compileTests } from "../setup/compile-tests.mjs";
import { testsThatLoad } from "./choose.mjs";
import { dismiss, fewCases, runInPool, startWorkers } from "./pool.mjs";

/** An editor saves a file in several steps. */
const settledMs = 50;

/**
 * Waits for files to be saved, and runs the tests that load one of them, until it is interrupted; `show` is
 * given each run's totals.
 */
export async function watch(tests, show) {
  const changes = watched();
  for (;;) {
    // they get ready while nothing happens
    const workers = startWorkers(fewCases);
    process.stdout.write("waiting for a file in src or test to be saved; press Ctrl-C to stop\n");
    const changed = await changes.next();
    try {
      await compileTests();
      const concerned = testsThatLoad(tests(), changed);
      if (concerned.length > 0) show(await runInPool(concerned, {}, workers));
    } catch (error) {
      // half a file, say
      process.stdout.write(`${error.message}\n`);
    } finally {
      dismiss(workers);
    }
  }
}

/** Names of compiled files whose sources were saved since the last time. */
function watched() {
  let saved = new Set();
  let wake = () => undefined;
  for (const folder of ["src", "test"])
    watchFolder(inClone(folder), { recursive: true }, (_event, name) => {
      if (name === null || !/\.[jt]s$/.test(name)) return;
      saved.add(`.tap/compiled/${folder}/${name.replace(/\.ts$/, ".js")}`);
      wake();
    });
  return {
    next: async () => {
      if (saved.size === 0) await new Promise((resolve) => (wake = resolve));
      await sleep(settledMs);
      const taken = saved;
      saved = new Set();
      return taken;
    },
  };
}
