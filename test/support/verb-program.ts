import { build } from "esbuild";
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ran } from "./run-verb.js";
import { waits } from "./waits.js";

/** `runVerb` as a program of its own, which says as JSON how it ended. */
export interface VerbProgram {
  readonly script: string;
  /**
   * A variable that has an undisturbed run say which code V8 compiled for it, and what to do with that: runs
   * start in less than half of the time with it. None, once that is known.
   */
  keepCode(): { readonly variables: Readonly<Record<string, string>>; readonly keep?: Keep };
}

type Keep = (code: string) => void;

/**
 * Makes it in `folder`, of the text that was made for all tests of this run (`writeVerbProgramText`), which
 * KNETCTL_TEST_VERB_PROGRAM names.
 */
export function verbProgram(folder: string): VerbProgram {
  const [script, text, code] = ["verb.cjs", "verb.txt", "verb.code"].map((name) => join(folder, name));
  if (script === undefined || text === undefined || code === undefined) throw new Error("three names");
  copyFileSync(process.env["KNETCTL_TEST_VERB_PROGRAM"] ?? "", text);
  writeFileSync(script, loader(text, code));
  const keep: Keep = (compiled) => {
    // at once whole: a run that starts now may read it
    writeFileSync(`${code}.new`, compiled, "base64");
    renameSync(`${code}.new`, code);
  };
  return {
    script,
    keepCode: () => (existsSync(code) ? { variables: {} } : { variables: { SAY_CODE: "1" }, keep }),
  };
}

/** Runs the program with its text's compiled code, if there is any: it does the same without. */
function loader(text: string, code: string): string {
  return `
    const { existsSync, readFileSync } = require("node:fs");
    const { Script } = require("node:vm");
    const [filename, code] = ${JSON.stringify([text, code])};
    const script = new Script(readFileSync(filename, "latin1"), {
      filename,
      ...(existsSync(code) && { cachedData: readFileSync(code) }),
    });
    script.runInThisContext()(require, filename).then((ran) => {
      const compiled = process.env.SAY_CODE ? script.createCachedData().toString("base64") : "";
      process.stdout.write(JSON.stringify(ran) + "\\n" + compiled);
    });
  `;
}

/** A function of `require` and the file's name. esbuild escapes what is not ASCII. */
export async function writeVerbProgramText(outfile: string): Promise<void> {
  await build({
    outfile,
    stdin: {
      contents: `
        import { runVerb } from "./run-verb.js";
        const [verb, profile, root, programFolder] = process.argv.slice(2);
        module.exports = runVerb(verb, profile, root, programFolder);
      `,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "cjs",
    minifyWhitespace: true,
    mainFields: ["module", "main"],
    logLevel: "error",
    external: ["pkcs11js"],
    define: { "import.meta.url": "__filename" },
    banner: { js: "(function (require, __filename) { const module = { exports: {} };" },
    footer: { js: "return module.exports; })" },
  });
}

/** A run takes a second or two, and the longest wait of knetctl's own is that for a lock: half a minute. */
const mostMs = 120_000;

/**
 * Runs the program, and gives what it said of how it ended; undefined when it was killed. Throws when it does
 * not end, with what its processes wait for.
 */
export function started(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  keep?: Keep,
): Promise<Ran | undefined> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      clearTimeout(timer);
      const [ran = "", compiled = ""] = stdout.split("\n");
      if (error?.signal === "SIGKILL") resolve(undefined);
      else if (ran === "")
        reject(
          new Error(`it said nothing, and ended with ${error?.signal ?? error?.code ?? "0"}: ${stderr}`),
        );
      else {
        if (compiled !== "") keep?.(compiled);
        resolve(JSON.parse(ran) as Ran);
      }
    });
    // what it has left running may hold its output open: that is not waited for
    const timer = setTimeout(() => {
      reject(new Error(`it has not ended after ${mostMs / 1000} s:\n${waits()}`));
      child.kill("SIGKILL");
    }, mostMs);
  });
}
