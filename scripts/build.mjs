// Builds dist/, or the folder that is named: knetctl.cjs, the few lines that are started first; program.cjs,
// the program, and program-VERB.cjs, what one verb needs of it, with V8's compiled code for them unless
// --no-compiled-code follows the folder; with --page after it, the generator's page too, for packages, and
// with --page=FILE one that was made before from the same sources;
// program.cjs.map, a source map; pkcs11-worker.cjs, the smoke test's worker process;
// language-pt-br.cjs, the texts in Portuguese; explained.cjs, what says why data is not valid; parts.json and
// sbom.cdx.json, what all that is made of; notices/THIRD-PARTY-NOTICES.txt, the licences of it; man/, the
// manual.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { addonByDescriptor } from "./build/addon-by-descriptor.mjs";
import { bundledFiles, noteBundled } from "./build/bundled-files.mjs";
import { bundledPackages } from "./build/bundled-packages.mjs";
import loader from "./build/load-program.cjs";
import { noCachedIndents } from "./build/no-cached-indents.mjs";
import { onlyVerb } from "./build/only-verb.mjs";
import { packagesApart } from "./build/packages-apart.mjs";
import { partsOf } from "./build/parts.mjs";
import { readyCodes } from "./build/ready-codes.mjs";
import { manualPages } from "./manual/manual.mjs";
import "./generate.mjs";
import { noticesOf } from "./package/notices.mjs";
import { sbomOf } from "./package/sbom.mjs";

const root = join(import.meta.dirname, "..");
const generated = join(root, "src/generated");
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const options = process.argv.slice(3);
const isCompiled = !options.includes("--no-compiled-code");
const madePage = options.find((option) => /^--page(?:=|$)/.test(option))?.replace(/^--page=?/, "");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const target = { platform: "node", target: "node20", minify: true };
// require() instead of import(), so that Node's loader of ECMAScript modules need not start
const commonJs = { ...target, format: "cjs", supported: { "dynamic-import": false } };
const bundled = {
  bundle: true,
  outdir: dist,
  outExtension: { ".js": ".cjs" },
  external: ["pkcs11js"],
  // the CommonJS build of jsonc-parser hides its parts from the bundler
  mainFields: ["module", "main"],
  // notices/THIRD-PARTY-NOTICES.txt has the licences whole
  legalComments: "none",
  logLevel: "warning",
  define: { KNETCTL_VERSION: JSON.stringify(version) },
};

const programApart = {
  name: "program-apart",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\/cli\.js$/ }, () => ({ path: "cli", namespace: "program-apart" }));
    // with less around it than the bundler puts around a module of CommonJS that is imported
    onLoad({ filter: /^/, namespace: "program-apart" }, () => ({
      contents: 'export const start = require("./scripts/build/load-program.cjs").start;',
      resolveDir: root,
    }));
  },
};

/**
 * Keeps variables in the caller's environment from changing how Node behaves when the program is started by
 * its name. Linux before 5.1 reads no more than 127 bytes of this line; env(1) has -S since coreutils 8.30.
 */
const interpreter =
  "#!/usr/bin/env -S -u NODE_OPTIONS -u NODE_PATH -u NODE_EXTRA_CA_CERTS -u NODE_V8_COVERAGE -u " +
  "OPENSSL_CONF node";

async function buildCommandLine() {
  await build({
    ...commonJs,
    ...bundled,
    entryPoints: { knetctl: join(root, "src/knetctl.ts") },
    plugins: [programApart, noteBundled],
    banner: { js: interpreter },
  });
  chmodSync(join(dist, "knetctl.cjs"), 0o755);
}

/** One file that includes pkcs11js; only the addon is a file of its own. */
async function buildWorker() {
  await build({
    ...commonJs,
    ...bundled,
    external: [],
    plugins: [addonByDescriptor, noteBundled],
    entryPoints: { "pkcs11-worker": join(root, "src/pkcs11/worker/worker.ts") },
  });
}

const apart = {
  execa: "*",
  tar: "*",
  "@inquirer/prompts": "{ input, password, select }",
  yaml: "{ Composer, Document, Lexer, Parser, isAlias, isMap, isScalar, isSeq, parseDocument }",
};

/** What the few lines that are started first want of a program, and what compiles it. */
const entry = 'export { start } from "./cli.js"; export { isPlain, main } from "./main.js";';

/** A module behind an `import()` is in the same file, and is set up when the import is reached. */
async function buildProgram(name, { plugins = [], ...options }) {
  await build({
    ...commonJs,
    ...bundled,
    ...options,
    outdir: undefined,
    outfile: join(dist, `${name}.cjs`),
    // named as what plugins make up: it lies nowhere, and a package must not say where it was built
    stdin: { contents: entry, resolveDir: join(root, "src"), sourcefile: "entry:program" },
    plugins: [
      ...plugins,
      languageApart,
      explainedApart,
      packagesApart(apart, commonJs),
      noCachedIndents,
      readyCodes,
      noteBundled,
    ],
    alias: {
      "string-width": join(root, "scripts/build/ascii-width.mjs"),
      assert: join(root, "scripts/build/plain-assert.mjs"),
    },
    // yargs looks for translations a few folders above itself: in a place that does not exist, so that it
    // never looks above this clone
    define: {
      ...bundled.define,
      "import.meta.url": JSON.stringify("file:///nonexistent/knetctl/node_modules/yargs/main.js"),
      // when yargs is set up it asks for the terminal's width, for which Node sets up all of its streams; the
      // text of --help is not its own
      "process.stdout.columns": "undefined",
    },
    // load-program.cjs compiles the file as it is: adding to a text of this size would copy it
    banner: { js: "(function(exports,require,module,__filename,__dirname){" },
    footer: { js: "})" },
  });
  requireAscii(join(dist, `${name}.cjs`));
}

/** load-program.cjs reads a program byte by byte; the bundler leaves patterns as they are written. */
function requireAscii(file) {
  const other = /[^\0-\x7f]+/.exec(readFileSync(file, "utf8"));
  if (other !== null) throw new Error(`${file} holds ${other[0]} in a pattern: write it as \\u…`);
}

/** Portuguese is a file of its own, which only a process that speaks it reads. */
const languageApart = {
  name: "language-apart",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/pt-br\.js$/ }, () => ({
      path: "./language-pt-br.cjs",
      external: true,
    })),
};

async function buildLanguage() {
  await build({
    ...commonJs,
    ...bundled,
    plugins: [noteBundled],
    entryPoints: { "language-pt-br": join(root, "src/language/pt-br.ts") },
  });
}

async function buildPage() {
  const { lookAtPage, pageText } = await import("./page/page.mjs");
  const file = join(dist, "generator.html");
  if (madePage === "") writeFileSync(file, await pageText([noteBundled]));
  else {
    await lookAtPage([noteBundled]);
    copyFileSync(madePage, file);
  }
}

/**
 * What explains data that is not valid is half of a program's size, and a file of its own, which is read when
 * there is something to explain.
 */
const explainedApart = {
  name: "explained-apart",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\/explain-[\w-]+\.js$/ }, ({ path, resolveDir }) =>
      // with a slash, esbuild would take it for a file's name, and the map would say where the build was
      resolveDir === generated ? { path: basename(path), namespace: "explained-apart" } : undefined,
    );
    onResolve({ filter: /^\.\/explained\.cjs$/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /^/, namespace: "explained-apart" }, ({ path }) => ({
      contents: `exports.explaining = () => require("./explained.cjs")[${JSON.stringify(path)}]();`,
      loader: "js",
    }));
  },
};

async function buildExplained() {
  const modules = readdirSync(generated)
    .filter((name) => /^explain-.*\.js$/.test(name))
    .sort();
  const lines = modules.map((name) => `export { explaining as "${name}" } from "./${name}";`);
  await build({
    ...commonJs,
    ...bundled,
    outdir: undefined,
    outfile: join(dist, "explained.cjs"),
    plugins: [noteBundled],
    stdin: {
      contents: lines.join("\n"),
      resolveDir: generated,
      sourcefile: "entry:explained",
    },
  });
}

/** After all that is bundled, since this says what is. */
function writeParts() {
  const packages = bundledPackages(bundledFiles());
  const parts = partsOf(packages);
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  writeFileSync(join(dist, "parts.json"), `${JSON.stringify(parts, undefined, 2)}\n`);
  writeFileSync(join(dist, "sbom.cdx.json"), sbomOf({ parts, lock }));
  mkdirSync(join(dist, "notices"), { recursive: true });
  writeFileSync(join(dist, "notices/THIRD-PARTY-NOTICES.txt"), noticesOf(packages));
}

/** The manual's pages have a date only where the caller says which: the same sources give the same files. */
async function writeManual() {
  const epoch = process.env["SOURCE_DATE_EPOCH"];
  const pages = await manualPages({ date: epoch === undefined ? undefined : Number(epoch) });
  rmSync(join(dist, "man"), { recursive: true, force: true });
  mkdirSync(join(dist, "man"), { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(dist, "man", name), text);
}

// compiled code must never be used with a source that it was not made from
if (existsSync(dist))
  for (const name of readdirSync(dist)) if (name.endsWith(".cache")) rmSync(join(dist, name));
// the map is read only for the stack trace of an internal error, with --verbose
await buildProgram("program", { sourcemap: "external", sourcesContent: false });
for (const verb of loader.alone) await buildProgram(`program-${verb}`, { plugins: [onlyVerb(verb)] });
await buildCommandLine();
await buildWorker();
await buildLanguage();
await buildExplained();
if (madePage !== undefined) await buildPage();
writeParts();
await writeManual();
if (isCompiled)
  execFileSync(process.execPath, [join(root, "scripts/build/compile.mjs"), dist], { stdio: "inherit" });
