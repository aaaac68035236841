// Stands in for src/cli.ts in the bundle of src/knetctl.ts: runs program.cjs with V8's compiled code for what
// the verb uses, which is beside it. V8 refuses code that another version of V8 compiled; that does no harm,
// since the program is then compiled as usual.
const { closeSync, fstatSync, openSync, readSync } = require("node:fs");
const { Script } = require("node:vm");

/**
 * Verbs with compiled code of their own: reading code that is not used would cost them more than it saves.
 * The others use plan's.
 */
exports.verbs = ["validate", "render", "plan", "apply", "ha"];

/**
 * Verbs that have a program of their own, without the parser, for lines that need none: the whole one would
 * take them longer to read than to run.
 */
exports.alone = ["validate", "render", "plan", "apply", "ha"];

/** Of `ha`, what its program can do. */
exports.edits = ["set", "add", "remove", "promote"];

/**
 * Options that want the whole program: those that are the parser's in any case, and the one that shows places
 * in the source, of which it alone has a map.
 */
const wholes = [
  ...["root", "lang", "help", "version", "timeout", "lock-timeout", "format", "fail-on", "verbose"],
  ...["target", "image", "ids", "stage", "profile", "first"],
];
const whole = new RegExp(`^--(?:${wholes.join("|")})$|^--?[^=]*=|^-(?:[^-]|$)`);

/** The program that probably runs a line: its `isPlain` knows whether it can. */
exports.programFor = (args) => {
  const [verb, ...rest] = args;
  const isAlone = verb === "ha" ? exports.edits.includes(rest.shift()) : exports.alone.includes(verb);
  return isAlone && rest.length > 0 && !rest.some((arg) => arg.startsWith("-") && whole.test(arg))
    ? `program-${verb}`
    : "program";
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
const required = new Map();

/**
 * What a program requires: the slow parts are loaded when something in them is used. Each of its hundreds of
 * modules requires its own, which Node looks up as if it were the first time.
 */
function lazyRequire(name) {
  let found = required.get(name);
  if (found === undefined) {
    found = slow.has(name) ? lazy(() => require(name)) : require(name);
    required.set(name, found);
  }
  return found;
}

function lazy(load) {
  return new Proxy(Object.create(null), {
    get: (_, key) => load()[key],
    ownKeys: () => Reflect.ownKeys(load()),
    getOwnPropertyDescriptor: (_, key) =>
      Object.hasOwn(load(), key) ? { enumerable: true, configurable: true, value: load()[key] } : undefined,
  });
}

/** A program in `folder`: its script, and the exports of src/cli.ts and src/main.ts. */
exports.loadProgram = (folder, program, verb) => {
  const filename = `${folder}/${program}.cjs`;
  const [source, cachedData] = contentsOf(filename, exports.compiledCode(folder, program, verb));
  // the bundler escapes everything that is not ASCII, and wraps it in the function
  const script = new Script(source, { filename, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, lazyRequire, module, filename, folder);
  return { script, exports: module.exports };
};

/**
 * A program's text and its compiled code, if there is any. Both are read into the same memory, one after the
 * other: a page that is new to the process costs more than what is read into it.
 */
function contentsOf(file, compiledFile) {
  const source = openSync(file);
  let compiled;
  try {
    compiled = openSync(compiledFile);
  } catch {
    // without it, V8 compiles what it needs
  }
  const room = Math.max(fstatSync(source).size, compiled === undefined ? 0 : fstatSync(compiled).size);
  const bytes = Buffer.allocUnsafeSlow(room);
  const text = bytes.latin1Slice(0, readAll(source, bytes));
  return compiled === undefined ? [text] : [text, bytes.subarray(0, readAll(compiled, bytes))];
}

/** Reads a file to its end and closes it; returns how many bytes there were. One call may give less. */
function readAll(descriptor, bytes) {
  let count = 0;
  for (let more = 1; more > 0 && count < bytes.length; count += more)
    more = readSync(descriptor, bytes, count, bytes.length - count);
  closeSync(descriptor);
  return count;
}

exports.start = (input) => {
  const [verb] = input.args;
  const load = (program) => exports.loadProgram(__dirname, program, verb).exports;
  const name = exports.programFor(input.args);
  const program = load(name);
  return (name === "program" || program.isPlain(input.args) ? program : load("program")).start(input);
};
