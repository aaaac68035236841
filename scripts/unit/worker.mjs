// A process that tests share: loads the files whose names come on descriptor 3, one after the other.
// Its standard output is TAP, with a result after everything that belongs to a file.
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { compiledTap, sourceName } from "../setup/compile-tests.mjs";

// tap names the folders that it makes for tests after this: one name for each process
process.argv[1] = `unit-${process.pid}`;
/** The tap of the tests, once there are any: they may still be being compiled. */
async function tap() {
  const { t } = await import(pathToFileURL(compiledTap).href);
  // with something to tear down, tap would end by itself as soon as there is nothing to do
  Object.defineProperty(t, "idle", { value: false });
  return t;
}

let loaded;
for await (const file of createInterface({ input: new Socket({ fd: 3 }) })) {
  const t = await (loaded ??= tap());
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    t.fail(`${sourceName(file)} could not be loaded`, error);
  }
  // comes after the file's tests and their comments, for which tap waits
  t.pass(`ended ${sourceName(file)}`);
}
// what the files tear down at the end may be what keeps this process
(await loaded)?.end();
