import { spawn } from "node:child_process";
import { inClone, clone } from "./clone.mjs";
import { quiet } from "./child.mjs";
import { compileTests, compiledOptions, compiledTests } from "./compile-tests.mjs";
import { bulkyFolders } from "./bulky-folders.mjs";
import { forRoot } from "./environment.mjs";
import { asRoot } from "./root.mjs";
import { statSync } from "node:fs";

/**
 * Runs the tests as root with tap (all, or the files and folders named in `args`), shows one line a test file
 * and every failure, and ends with `N passed, N failed`. Exit code 1 when something failed, or when no test
 * ran.
 */
export async function runTests(root, args) {
  // only after `npm ci` is the parser there
  const { showTap } = await import("./tap-display.mjs");
  const options = args.filter((arg) => arg.startsWith("-"));
  const files = compiledTests(args.filter((arg) => !arg.startsWith("-")));
  await compileTests();
  const environment = {
    KNETCTL_TEST_SEED: "1",
    ...forRoot(),
    NODE_OPTIONS: compiledOptions,
    KNETCTL_TEST_HIDDEN: bulkyFolders().join(":"),
  };
  const tap = [
    process.execPath,
    inClone("node_modules/tap/dist/esm/run.mjs"),
    "--reporter=tap",
    "--no-color",
    ...options,
    ...files,
  ];
  const [program, ...rest] = asRoot(root, environment, tap);
  const child = spawn(program, rest, {
    cwd: clone,
    env: root.kind === "root" ? { ...environment, HOME: "/root" } : process.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const wait = () => {};
  process.on("SIGINT", wait);
  const ended = new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
  process.stdout.write(
    `seed ${environment.KNETCTL_TEST_SEED} of what is sampled; KNETCTL_TEST_SEED chooses another\n`,
  );
  const totals = await showTap(child.stdout);
  const code = await ended;
  process.off("SIGINT", wait);
  giveBack(root);
  return code === 0 && totals.failed === 0 && totals.passed > 0 ? 0 : code || 1;
}

/**
 * What root made in a user's clone belongs to that user again, so that the next run without root can replace
 * it.
 */
function giveBack(root) {
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
  quiet(program, rest);
}
