// Stands in for src/main.ts in the bundle of src/cli.ts: runs program.cjs with V8's compiled code for what
// the verb uses, which is beside it. V8 refuses code that another version of V8 compiled; that does no harm,
// since the program is then compiled as usual.
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");

/**
 * Verbs with compiled code of their own: reading code that is not used would cost them more than it saves.
 * The others use plan's.
 */
exports.verbs = ["validate", "render", "plan", "ha"];

exports.compiledCode = (folder, verb) =>
  `${folder}/program.cjs.${exports.verbs.includes(verb) ? verb : "plan"}.cache`;

function bytesOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** The program in `folder`: its script, and the exports of src/main.ts. */
exports.loadProgram = (folder, verb) => {
  const filename = `${folder}/program.cjs`;
  // the bundler escapes everything that is not ASCII, and wraps it in the function
  const script = new Script(readFileSync(filename, "latin1"), {
    filename,
    cachedData: bytesOf(exports.compiledCode(folder, verb)),
  });
  const program = { exports: {} };
  script.runInThisContext()(program.exports, require, program, filename, folder);
  return { script, exports: program.exports };
};

exports.main = (input) => exports.loadProgram(__dirname, input.args[0]).exports.main(input);
