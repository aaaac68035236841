// Stands in for src/main.ts in the bundle of src/cli.ts: runs program.cjs with V8's compiled code for what
// the verb uses, which is beside it. V8 refuses code that another version of V8 compiled; that does no harm,
// since the program is then compiled as usual.
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");

/**
 * Verbs with compiled code of their own: reading code that is not used would cost them more than it saves.
 * The others use plan's.
 */
exports.verbs = ["validate", "render", "plan", "apply", "ha"];

/**
 * Verbs that have a program of their own for a line with one word and nothing else: the whole one would take
 * them longer to read than to run.
 */
exports.alone = ["validate", "render", "plan"];

/** Words that the parser takes for something else: plainVerb() in src/commands/command-line knows why. */
const meaningful = ["", "help", "true", "false"];

exports.programFor = ([verb, word, more]) => {
  const isPlain =
    word !== undefined && more === undefined && !word.startsWith("-") && !meaningful.includes(word);
  return isPlain && exports.alone.includes(verb) ? `program-${verb}` : "program";
};

exports.compiledCode = (folder, program, verb) =>
  `${folder}/${program}.cjs.${exports.verbs.includes(verb) ? verb : "plan"}.cache`;

/** Parts of Node that take a millisecond or more to load, and that most commands import without using. */
const slow = new Set([
  "node:child_process",
  "node:crypto",
  "node:fs/promises",
  "node:http",
  "node:https",
  "node:net",
  "node:perf_hooks",
  "node:readline",
  "node:stream",
  "node:stream/promises",
  "node:timers/promises",
  "node:tls",
  "node:tty",
]);
const lazily = new Map();

/** What a program requires: the slow parts are loaded when something in them is used. */
function lazyRequire(name) {
  if (!slow.has(name)) return require(name);
  if (!lazily.has(name))
    lazily.set(
      name,
      lazy(() => require(name)),
    );
  return lazily.get(name);
}

function lazy(load) {
  return new Proxy(Object.create(null), {
    get: (_, key) => load()[key],
    ownKeys: () => Reflect.ownKeys(load()),
    getOwnPropertyDescriptor: (_, key) =>
      Object.hasOwn(load(), key) ? { enumerable: true, configurable: true, value: load()[key] } : undefined,
  });
}

function bytesOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** A program in `folder`: its script, and the exports of src/main.ts. */
exports.loadProgram = (folder, program, verb) => {
  const filename = `${folder}/${program}.cjs`;
  // the bundler escapes everything that is not ASCII, and wraps it in the function
  const script = new Script(readFileSync(filename, "latin1"), {
    filename,
    cachedData: bytesOf(exports.compiledCode(folder, program, verb)),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, lazyRequire, module, filename, folder);
  return { script, exports: module.exports };
};

exports.main = (input) =>
  exports.loadProgram(__dirname, exports.programFor(input.args), input.args[0]).exports.main(input);
