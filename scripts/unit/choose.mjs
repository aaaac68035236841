import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { inClone } from "../setup/clone.mjs";

/**
 * What makes a test need more than this program and Node. A test that does none of it itself, and imports no
 * file of test/ that does, runs as any user and on any machine.
 */
const needs = [
  { need: "starts programs", sign: /from "node:child_process"/ },
  { need: "gives files to another user", sign: /\b[lf]?chownSync\b/ },
  { need: "becomes another user", sign: /process\.set(e?[ug]id|groups)\b/ },
  { need: "enters a sandbox", sign: /from "[./]+\/src\/host\/sandbox\/sandbox\.js"/ },
  { need: "is for root only", sign: /import "[./]+\/support\/as-root\.js"/ },
  { need: "starts a browser", sign: /from "playwright-core"/ },
  { need: "reads the built program", sign: /"dist\// },
  { need: "builds the program", sign: /from "(esbuild|[./]+\/scripts\/build\/[^"]+)"/ },
];

/** Some tests wait for peers that do not answer: better beside the other tests than after them. */
const waits = /from "node:(net|tls|https?)"/;

/**
 * The compiled tests that need nothing but this program and Node; those that wait for peers come first.
 */
export function unitTestsAmong(tests) {
  const known = looks();
  const files = (test) => [...reached(test, known, "test/")].map(known);
  const units = tests.filter((test) => files(test).every(({ needed }) => needed.length === 0));
  const first = new Set(units.filter((test) => files(test).some((file) => file.waits)));
  return [...first, ...units.filter((test) => !first.has(test))];
}

/** What makes a test need a process of its own: what it changes of that or looks at. */
const own = [
  /^import \{ ensure\w+ \} from/m,
  /\bsyncBuiltinESMExports\b/,
  /\bprocess\.(?:chdir|umask|exit|exitCode|set\w+id|on|once(?!\("exit"))\b/,
  /\bprocess\.env\[[^\]]+\] (?:\?\?)?=/,
  /\/proc\/self\b/,
];

/** Tests that load it share more than a process: starting a browser takes longer than most of them. */
const browser = ".tap/compiled/test/support/browser.js";

/**
 * Of compiled tests that are no unit tests, those that can share a process, as groups of tests that are to be
 * in the same one. Those with a browser come first.
 */
export function sharingAmong(tests) {
  const known = looks();
  const files = new Map(tests.map((test) => [test, [...reached(test, known, "test/")]]));
  const sharing = tests.filter((test) => files.get(test).every((file) => !known(file).isOwn));
  const withBrowser = sharing.filter((test) => files.get(test).includes(browser));
  const others = sharing.filter((test) => !withBrowser.includes(test));
  return [...(withBrowser.length > 0 ? [withBrowser] : []), ...others.map((test) => [test])];
}

/** For each of the compiled tests, what it and the files of test/ that it imports need, as sentences. */
export function needsOf(tests) {
  const known = looks();
  return new Map(
    tests.map((test) => [test, [...reached(test, known, "test/")].flatMap((file) => known(file).needed)]),
  );
}

/** The compiled tests that load one of the changed files when they run. */
export function testsThatLoad(tests, changed) {
  const known = looks();
  return tests.filter((test) => [...reached(test, known, "")].some((file) => changed.has(file)));
}

/** Each file is looked at once. */
function looks() {
  const files = new Map();
  return (file) => {
    if (!files.has(file)) files.set(file, look(file));
    return files.get(file);
  };
}

/** The file and all that it imports, directly or not, below a folder of the compiled files. */
function reached(file, known, below) {
  const found = new Set([file]);
  for (const one of found)
    for (const next of known(one).imports) if (next.startsWith(`.tap/compiled/${below}`)) found.add(next);
  return found;
}

function look(file) {
  const text = textOf(file);
  const name = file.replace(".tap/compiled/", "").replace(/\.js$/, ".ts");
  return {
    imports: [...text.matchAll(/(?:from |import |import\()"(\.[^"]+)"/g)].map(([, target]) =>
      normalize(join(dirname(file), target)),
    ),
    waits: waits.test(text),
    isOwn: own.some((sign) => sign.test(text)),
    needed: needs.filter(({ sign }) => sign.test(text)).map(({ need }) => `${name} ${need}`),
  };
}

function textOf(file) {
  try {
    return readFileSync(inClone(file), "utf8");
  } catch {
    // an import in a text that a test gives to another program
    return "";
  }
}
