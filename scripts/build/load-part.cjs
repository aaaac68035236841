// Stands in for src/main.ts in the bundle of src/cli.ts: loads the program's parts from lib/, each once and when it is needed, with V8's code
// cache beside it. A cache made by another version of V8 is refused by V8 and does no harm: the part is compiled then.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const lib = join(__dirname, "lib");
const parts = new Map();

function cacheOf(file) {
  try {
    return readFileSync(`${file}.cache`);
  } catch {
    return undefined;
  }
}

/** `require` as the parts see it: another part by `./NAME.cjs`, all else is Node's. */
function load(name) {
  if (!name.startsWith("./")) return require(name);
  let part = parts.get(name);
  if (part === undefined) {
    const filename = join(lib, name);
    // the bundler escapes all that is not ASCII
    const text = readFileSync(filename, "latin1");
    const script = new Script(`(function(exports,require,module,__filename,__dirname){${text}\n})`, { filename, cachedData: cacheOf(filename) });
    part = { script, filename, exports: {} };
    parts.set(name, part);
    script.runInThisContext()(part.exports, load, part, filename, lib);
  }
  return part.exports;
}

exports.parts = parts;
exports.main = (input) => load("./main.cjs").main(input);
