// node compile.mjs FOLDER: writes V8's compiled code for the programs in FOLDER beside them. Run by the Node
// that will run them: at the end of a build, and where a package is installed. What is there of other
// programs must be removed before.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

const { alone, verbs } = createRequire(import.meta.url)("./load-program.cjs");
const [folder] = process.argv.slice(2);
const { PATH, TMPDIR } = process.env;
/** Each program, and the verbs that have compiled code for it. */
const programs = [["program", verbs], ...alone.map((verb) => [`program-${verb}`, [verb]])];
const each = programs.flatMap(([program, its]) => its.map((verb) => [program, verb]));

// with these, which V8 leaves out when it compares its flags, the same program gives nearly the same code
const repeatable = ["--predictable", "--random-seed=1"];
for (const one of each)
  execFileSync(
    process.execPath,
    [...repeatable, join(import.meta.dirname, "compile-program.mjs"), folder, ...one],
    // nothing of the caller's that Node would look at when it starts
    { stdio: ["ignore", "ignore", "pipe"], env: { PATH, TMPDIR } },
  );
