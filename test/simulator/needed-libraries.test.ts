import { join } from "node:path";
import t from "tap";
import { requireSimulatorLibraries } from "../../src/simulator/needed-libraries.js";
import { scriptInSandbox } from "../support/sandbox.js";

const knetctl = join(import.meta.dirname, "../../dist/knetctl.cjs");
/** A machine on which nobody has installed anything of it. */
const bare = "rm -r /usr/lib/softhsm /usr/lib/*/softhsm || :; : >/etc/ld.so.cache";

t.test("nothing is said where all libraries are there", (t) => {
  t.doesNotThrow(requireSimulatorLibraries);
  t.end();
});

t.test(
  "demo and simulator name all packages that are missing, in one problem, before they begin",
  async (t) => {
    for (const verb of ["demo", "simulator start"]) {
      const script = `{ ${bare}; } 2>/dev/null || :; "$1" "$2" ${verb}`;
      const { exitCode, stdout, stderr } = await scriptInSandbox(script, process.execPath, knetctl);
      t.equal(exitCode, 69);
      t.equal(stdout, "");
      t.match(stderr, /\[simulator-tool-missing\]\n {4}libsofthsm2\.so, libcurl\.so\.4, libjansson\.so\.4\n/);
      t.match(stderr, /apt-get install softhsm2 libcurl4 libjansson4\nfailed: 1 error\n$/);
    }
  },
);

t.test("only what is missing is named", async (t) => {
  const script = `rm -r /usr/lib/softhsm /usr/lib/*/softhsm 2>/dev/null || :; "$1" "$2" demo`;
  const { stderr } = await scriptInSandbox(script, process.execPath, knetctl);
  t.match(stderr, /apt-get install softhsm2\nfailed: 1 error\n$/);
});
