// Builds dist/: knetctl.cjs, the command line's few lines; lib/, the program, cut into parts where it loads something only when it is needed,
// and their compiled code; pkcs11-worker.cjs, the smoke test's worker process.
import { build, transform } from "esbuild";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { addonByDescriptor } from "./build/addon-by-descriptor.mjs";
import "./generate.mjs";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
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

const partsApart = {
  name: "parts-apart",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/main\.js$/ }, () => ({ path: "./load-part.cjs", external: true })),
};

async function buildCommandLine() {
  await build({
    ...commonJs,
    ...bundled,
    entryPoints: { knetctl: join(root, "src/cli.ts") },
    plugins: [partsApart],
    banner: { js: "#!/usr/bin/env node" },
    define: { KNETCTL_VERSION: JSON.stringify(version) },
  });
  await build({
    ...commonJs,
    ...bundled,
    entryPoints: { "load-part": join(root, "scripts/build/load-part.cjs") },
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
    entryPoints: { "pkcs11-worker": join(root, "src/pkcs11/worker.ts") },
  });
}

/** The bundler cuts ECMAScript modules only; each part becomes CommonJS afterwards. */
async function buildParts() {
  const { outputFiles, metafile } = await build({
    ...target,
    ...bundled,
    format: "esm",
    splitting: true,
    write: false,
    metafile: true,
    absWorkingDir: root,
    outdir: join(dist, "lib"),
    entryPoints: { main: join(root, "src/main.ts") },
    alias: { "string-width": join(root, "scripts/build/ascii-width.mjs") },
    // yargs looks for translations some folders above itself: that must be nowhere, not above this clone
    define: { "import.meta.url": JSON.stringify("file:///nonexistent/knetctl/node_modules/yargs/main.js") },
  });
  // a cache must never meet code that it was not made from
  rmSync(join(dist, "lib"), { recursive: true, force: true });
  mkdirSync(join(dist, "lib"), { recursive: true });
  for (const { path, text } of outputFiles) {
    const code = path.endsWith(".cjs") ? (await transform(text, { ...commonJs, sourcefile: basename(path) })).code : text;
    writeFileSync(path, isPackage(metafile.outputs[relative(root, path)]) ? `${code}module.exports=module.exports.default;\n` : code);
  }
}

/** A part that is a CommonJS package: the bundler gives its exports as the default alone, where import() in Node gives their names too. */
function isPackage({ entryPoint, exports }) {
  return exports.length === 1 && exports[0] === "default" && entryPoint?.startsWith("node_modules/");
}

await buildParts();
await buildCommandLine();
await buildWorker();
execFileSync(process.execPath, [join(root, "scripts/build/make-caches.mjs")], { stdio: "inherit" });
