// Builds dist/: knetctl.cjs, the command line's few lines; program.cjs, the program, and V8's compiled code
// of it; program.cjs.map, where each piece of it stands in the source; pkcs11-worker.cjs, the smoke test's
// worker process.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { addonByDescriptor } from "./build/addon-by-descriptor.mjs";
import { lazyBuiltins } from "./build/lazy-builtins.mjs";
import loader from "./build/load-program.cjs";
import { packagesApart } from "./build/packages-apart.mjs";
import "./generate.mjs";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const { compiledCode, verbs } = loader;
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const target = { platform: "node", target: "node20", minify: true };
// require() instead of import(): Node's loader of ECMAScript modules need not start
const commonJs = { ...target, format: "cjs", supported: { "dynamic-import": false } };
const bundled = {
  bundle: true,
  outdir: dist,
  outExtension: { ".js": ".cjs" },
  external: ["pkcs11js"],
  // the CommonJS build of jsonc-parser hides its parts from the bundler
  mainFields: ["module", "main"],
  legalComments: "linked",
  logLevel: "warning",
};

const programApart = {
  name: "program-apart",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/main\.js$/ }, () => ({ path: join(root, "scripts/build/load-program.cjs") })),
};

/**
 * Started by its name, the program is Node's own behaviour and not what the caller's environment makes of it.
 * Linux takes no more than 127 bytes of this line before 5.1; env(1) knows -S since coreutils 8.30.
 */
const interpreter =
  "#!/usr/bin/env -S -u NODE_OPTIONS -u NODE_PATH -u NODE_EXTRA_CA_CERTS -u NODE_V8_COVERAGE -u " +
  "OPENSSL_CONF node";

async function buildCommandLine() {
  await build({
    ...commonJs,
    ...bundled,
    entryPoints: { knetctl: join(root, "src/cli.ts") },
    plugins: [programApart],
    banner: { js: interpreter },
    define: { KNETCTL_VERSION: JSON.stringify(version) },
  });
  chmodSync(join(dist, "knetctl.cjs"), 0o755);
}

/** One file with pkcs11js in it; only the addon stays apart. */
async function buildWorker() {
  await build({
    ...commonJs,
    ...bundled,
    external: [],
    plugins: [addonByDescriptor],
    entryPoints: { "pkcs11-worker": join(root, "src/pkcs11/worker/worker.ts") },
  });
}

/** What is behind an `import()` is in the same file and set up when it is reached. */
async function buildProgram() {
  // compiled code must never meet a source that it was not made from
  for (const verb of verbs) rmSync(compiledCode(dist, verb), { force: true });
  await build({
    ...commonJs,
    ...bundled,
    entryPoints: { program: join(root, "src/main.ts") },
    // read for the stack trace of an internal error alone
    sourcemap: "external",
    sourcesContent: false,
    plugins: [packagesApart(["execa", "tar"], commonJs), lazyBuiltins],
    alias: {
      "string-width": join(root, "scripts/build/ascii-width.mjs"),
      assert: join(root, "scripts/build/plain-assert.mjs"),
    },
    // yargs looks for translations some folders above itself: that must be nowhere, not above this clone
    define: {
      "import.meta.url": JSON.stringify("file:///nonexistent/knetctl/node_modules/yargs/main.js"),
      // it asks for the terminal's width when it is set up, for which Node sets up all of its streams; we
      // tell it the width that we want
      "process.stdout.columns": "undefined",
    },
    // load-program.cjs compiles the file as it is: adding to a text of this size would copy it
    banner: { js: "(function(exports,require,module,__filename,__dirname){" },
    footer: { js: "})" },
  });
}

await buildProgram();
await buildCommandLine();
await buildWorker();
for (const verb of verbs)
  execFileSync(process.execPath, [join(root, "scripts/build/compile-program.mjs"), verb], {
    stdio: "inherit",
  });
