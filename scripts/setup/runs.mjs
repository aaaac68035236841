import { clone, inClone } from "./clone.mjs";
import { shown } from "./child.mjs";
import { runDemo } from "./demo.mjs";
import { withoutNpm } from "./environment.mjs";
import { beginCheck, checkAll } from "./check.mjs";
import { runTests, runUnitTests } from "./tests.mjs";

const tool = (...args) => shown(process.execPath, args, { cwd: clone, env: withoutNpm() });

const formatter = (mode) => tool(inClone("node_modules/oxfmt/bin/oxfmt"), mode);
const linter = (...args) => tool(inClone("node_modules/oxlint/bin/oxlint"), ...args);

/** Imported after the set-up: before it, the packages that it imports may be missing. */
const later = (file, name) => async (_root, args) => (await import(file))[name](args);

/** What the tests need, whoever calls them. */
const forTests = [
  "build",
  "program",
  "module",
  "simulator",
  "tests",
  "servers",
  "consumers",
  "package",
  "browser",
];

/**
 * What package.json's scripts do, and what each needs first: groups of system packages (see
 * system-packages.mjs; a run that names none looks at no system package), the compiled `addon`, what is
 * `built` of the program (`generated`: the part of it that types and lint look at), an `overlay` for
 * sandboxes. What `whenBuilt` begins runs beside what is left of the set-up; it is told whether a sandbox can
 * be made by then.
 */
export const runs = new Map([
  [
    "demo",
    {
      packages: ["build", "program", "module", "simulator"],
      addon: true,
      built: "program",
      overlay: true,
      start: runDemo,
    },
  ],
  [
    "test",
    {
      packages: forTests,
      addon: true,
      built: "program",
      overlay: true,
      whenBuilt: (args, mayEnter) => (mayEnter ? runUnitTests(args) : {}),
      start: runTests,
    },
  ],
  [
    "check",
    {
      packages: forTests,
      addon: true,
      built: "program",
      overlay: true,
      whenBuilt: beginCheck,
      start: checkAll,
    },
  ],
  [
    "images",
    {
      packages: ["build", "program", "module", "simulator", "package", "images"],
      addon: true,
      built: "program",
      overlay: true,
      start: (root, args) => runTests(root, ["test/apart/images.test.ts", ...args]),
    },
  ],
  ["unit", { built: "generated", start: later("../unit/unit.mjs", "unit") }],
  ["build", { packages: ["build"], addon: true, built: "anew", start: () => 0 }],
  [
    "package",
    {
      packages: ["build", "module", "package"],
      addon: true,
      built: "generated",
      start: later("../package/package.mjs", "makePackages"),
    },
  ],
  [
    "typecheck",
    {
      packages: [],
      built: "generated",
      start: (_root, args) => linter("--config", inClone("scripts/setup/types-only.json"), ...args),
    },
  ],
  [
    "lint",
    {
      packages: [],
      built: "generated",
      start: async (_root, args) => (await linter(...args)) || (args.length === 0 ? formatter("--check") : 0),
    },
  ],
  [
    "ansible",
    { packages: ["ansible"], built: "generated", start: later("../ansible/lint.mjs", "lintCollection") },
  ],
  ["page", { packages: [], built: "generated", start: later("../page/page.mjs", "makePage") }],
  ["format", { packages: [], built: "generated", start: () => formatter("--write") }],
  [
    "fuzz",
    {
      packages: ["build", "program"],
      addon: true,
      built: "program",
      start: later("../fuzz/fuzz.mjs", "fuzz"),
    },
  ],
  [
    "bench",
    {
      packages: ["build", "program", "module", "simulator", "tests"],
      addon: true,
      built: "program",
      overlay: true,
      start: later("../bench/bench.mjs", "bench"),
      asRoot: "the bench makes sandboxes",
    },
  ],
]);
