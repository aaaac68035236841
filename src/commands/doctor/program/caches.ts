import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { shellWord } from "../../../formats/text/shell-word.js";
import { Problem } from "../../../problem/problem.js";
import type { Check } from "../check.js";

const cacheName = /^(program[\w-]*\.cjs)\.\w+\.cache$/;

/**
 * V8 refuses code that another V8 compiled, or for another source. All caches are made by one build: of each
 * program, one is tried.
 */
export const caches: Check = {
  id: "program-caches",
  title: "node takes the program's compiled code, so that it starts quickly",
  look: ({ context: { programFolder } }) => {
    const cacheOf = new Map(
      readdirSync(programFolder).flatMap((name) => {
        const program = cacheName.exec(name)?.[1];
        return program === undefined ? [] : [[program, name] as const];
      }),
    );
    const refused = [...cacheOf].filter(([program, cache]) => {
      const script = new Script(readFileSync(join(programFolder, program), "latin1"), {
        filename: join(programFolder, program),
        cachedData: readFileSync(join(programFolder, cache)),
      });
      return script.cachedDataRejected !== false;
    });
    if (cacheOf.size > 0 && refused.length === 0) return { text: "compiled code is used" };
    const text = cacheOf.size === 0 ? "there is no compiled code" : "compiled code is refused";
    return {
      text,
      problems: [
        new Problem("doctor-cache-refused", `${text}: every command starts more slowly`, {
          severity: "warning",
          where: { path: programFolder },
          detail: `node ${process.version}, V8 ${process.versions.v8}`,
          hint: remedy(programFolder),
        }),
      ],
    };
  },
};

/** A package carries what makes it; a clone is built again. */
function remedy(programFolder: string): string {
  const compile = join(programFolder, "../compile/run");
  if (existsSync(compile))
    return `everything else works as usual; to compile knetctl again, run as root: ${shellWord(compile)}`;
  return (
    "everything else works as usual; run knetctl with the node that it was built with, or build it again " +
    "with this one: npm run build in " +
    shellWord(join(programFolder, ".."))
  );
}
