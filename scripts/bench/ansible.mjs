// node scripts/bench/ansible.mjs, as root: how long the collection takes beside the vendor's document as a
// play (test/ansible/figures.ts). No part of `npm run bench`, which takes long enough; needs what the tests
// need.
import { spawnSync } from "node:child_process";
import { bulkyFolders } from "../setup/bulky-folders.mjs";
import { clone, inClone } from "../setup/clone.mjs";
import { compileTests, compiledFolder, testOptions } from "../setup/compile-tests.mjs";

await compileTests();
const { status } = spawnSync(
  process.execPath,
  [...testOptions, inClone(compiledFolder, "test/ansible/figures.js")],
  { cwd: clone, stdio: "inherit", env: { ...process.env, KNETCTL_TEST_HIDDEN: bulkyFolders().join(":") } },
);
process.exitCode = status ?? 1;
