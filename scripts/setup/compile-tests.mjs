import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { clone, inClone } from "./clone.mjs";
import { SetupFailure } from "./failure.mjs";
import { step } from "./progress.mjs";

export const compiledFolder = ".tap/compiled";

/**
 * What node is given to run the compiled tests. No option of V8: with any, Node compiles its own parts anew,
 * and takes no compiled code that was made without.
 */
export const testOptions = [
  "--enable-source-maps",
  `--import=${pathToFileURL(inClone("scripts/setup/preloaded.mjs")).href}`,
];

/** tap as one file, which starts in half the time of its hundreds; where compiled tests look for it first. */
export const compiledTap = inClone(compiledFolder, "node_modules/tap/index.mjs");

/**
 * Strips the types from the files of src/ and test/ that have changed since the last time, once for all
 * processes. Compiled files look for files beside them where the sources are; only a test that starts itself
 * again starts what was compiled. Stack traces name the sources.
 */
export async function compileTests() {
  forgetOthers();
  const sources = ["src", "test"].flatMap(filesBelow);
  removeLeftOvers(new Set(sources.map(compiledName)));
  if (!existsSync(compiledTap)) await bundleTap();
  const stale = sources.filter(isStale);
  if (stale.length === 0) return;
  await step(
    `strip types from ${stale.length} file${stale.length === 1 ? "" : "s"} of src and test`,
    async () => {
      const { transform } = await import("esbuild");
      await Promise.all(stale.map(async (file) => compile(file, transform)));
    },
  );
}

/** Removes what was compiled for a clone elsewhere, with another tap, or by another version of this file. */
function forgetOthers() {
  const stamp = inClone(compiledFolder, "compiled-for");
  const [tap, self] = [inClone("node_modules/tap/package.json"), import.meta.filename];
  const wanted = `${clone} ${statSync(tap).mtimeMs} ${statSync(self).mtimeMs}\n`;
  if (textOf(stamp) === wanted) return;
  rmSync(inClone(compiledFolder), { recursive: true, force: true });
  mkdirSync(inClone(compiledFolder), { recursive: true });
  writeFileSync(stamp, wanted);
}

async function bundleTap() {
  const { build } = await import("esbuild");
  await build({
    entryPoints: [inClone("node_modules/tap/dist/esm/index.js")],
    outfile: compiledTap,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
    // its parts that are CommonJS require what is built in; React is there to print values that no test has
    banner: {
      js: 'import * as module from "node:module"; const require = module.createRequire(import.meta.url);',
    },
    plugins: [withoutReact, withoutHooks],
  });
  writeFileSync(join(dirname(compiledTap), "package.json"), '{ "exports": "./index.mjs" }\n');
}

const withoutReact = {
  name: "without-react",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/tcompare\/dist\/esm\/react-element-to-jsx-string\.js$/ }, () => ({
      contents: "export default String;",
    })),
};

/**
 * tap finds out whose error it is that nothing caught by following each promise from the one that made it:
 * up to a third of what a test takes. Here it is that of the first test that has not ended; where there is
 * none, it ends the process (preloaded.mjs shows it).
 */
const withoutHooks = {
  name: "without-hooks",
  setup: ({ onLoad }) => {
    replaceIn(onLoad, /\/async-hook-domain\/dist\/mjs\/index\.js$/, {
      "domainHook = createHook(hookMethods);": "domainHook = { enable() {}, disable() {} };",
      "() => domains.get(executionAsyncId());":
        "() => begun.find(({ test }) => test?.parent !== undefined);\nconst begun = [];",
      "domains.set(eid, this);": "this.test = Domain.test;\nDomain.test = undefined;\nbegun.push(this);",
      "this.destroyed = true;": "$&\nbegun.splice(begun.indexOf(this), 1);",
    });
    replaceIn(onLoad, /\/@tapjs\/core\/dist\/esm\/base\.js$/, {
      "this.hookDomain = new Domain(": "Domain.test = this;\n$&",
    });
  },
};

function replaceIn(onLoad, filter, texts) {
  onLoad({ filter }, ({ path }) => ({
    contents: Object.entries(texts).reduce(replaceOnce, readFileSync(path, "utf8")),
  }));
}

function replaceOnce(source, [old, wanted]) {
  if (source.split(old).length !== 2)
    throw new SetupFailure(
      `tap is another than it was: "${old.trim()}" is not in it once`,
      "see withoutHooks in scripts/setup/compile-tests.mjs",
    );
  return source.replace(old, wanted);
}

function removeLeftOvers(wanted) {
  for (const name of filesBelow(compiledFolder))
    if (!wanted.has(name)) rmSync(inClone(name), { force: true });
}

/** A compiled file has its source's modification time. */
function isStale(file) {
  const compiled = statSync(inClone(compiledName(file)), { throwIfNoEntry: false });
  return compiled === undefined || Math.round(compiled.mtimeMs) !== timeOf(file);
}

function timeOf(file) {
  return Math.round(statSync(inClone(file)).mtimeMs);
}

async function compile(file, transform) {
  const [source, compiled] = [inClone(file), inClone(compiledName(file))];
  const time = timeOf(file) / 1000;
  mkdirSync(dirname(compiled), { recursive: true });
  if (file.endsWith(".js")) cpSync(source, compiled);
  else {
    const places = { dirname: dirname(source), filename: compiled, url: pathToFileURL(source).href };
    const define = Object.fromEntries(
      Object.entries(places).map(([name, place]) => [`import.meta.${name}`, JSON.stringify(place)]),
    );
    const { code } = await transform(readFileSync(source), {
      loader: "ts",
      format: "esm",
      target: "node20",
      define,
      sourcefile: source,
      sourcemap: "inline",
      sourcesContent: false,
    });
    writeFileSync(compiled, withScripts(code));
  }
  utimesSync(compiled, time, time);
}

/**
 * What a test imports of scripts/, which need no compiling, by its own place. By a link in the compiled
 * folder it would have two: Node (20.20) does not follow a link in an import when what it looked at last, for
 * any reason, was a pipe or a socket.
 */
function withScripts(code) {
  const above = relative(compiledFolder, ".");
  return code.replace(/(?<= from ")(?:\.\.\/)+(?=scripts\/[^"]+";$)/gm, `$&${above}/`);
}

/** Too long for every change: `npm run test:ansible`, `test:images`, and a release run them. */
const apart = "test/apart/";

/**
 * The compiled files of the named tests (files or folders, with or without `test/`); of all tests but those
 * apart when none is named.
 */
export function compiledTests(names) {
  const files =
    names.length === 0
      ? testsIn("test").filter((file) => !file.startsWith(apart))
      : names.flatMap((name) => testsIn(belowTest(name)));
  return files.map(compiledName);
}

function belowTest(name) {
  const inside = relative(clone, resolve(clone, name));
  return existsSync(inClone("test", inside)) ? join("test", inside) : inside;
}

/** The name by which people know a compiled test. */
export function sourceName(name) {
  return name.startsWith(`${compiledFolder}/`)
    ? name.slice(compiledFolder.length + 1).replace(/\.js$/, ".ts")
    : name;
}

function testsIn(name) {
  const found = statSync(inClone(name), { throwIfNoEntry: false });
  const files = found === undefined ? [] : found.isDirectory() ? filesBelow(name) : [name];
  const tests = files.filter((file) => /^test\/.*\.test\.ts$/.test(file));
  // given none, tap would look for tests by itself
  if (tests.length === 0)
    throw new SetupFailure(`there is no test ${name}`, "name files and folders below test/");
  return tests;
}

function compiledName(file) {
  return join(compiledFolder, file.replace(/\.ts$/, ".js"));
}

function filesBelow(folder) {
  return readdirSync(inClone(folder), { withFileTypes: true }).flatMap((entry) => {
    const name = join(folder, entry.name);
    return entry.isDirectory()
      ? filesBelow(name)
      : entry.isFile() && /(?<!\.d)\.[jt]s$/.test(name)
        ? [name]
        : [];
  });
}

function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
