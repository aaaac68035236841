import { basename } from "node:path";
import { loadedLibraries } from "../mapped-files.js";
import { misbound, type Misbound } from "../node-bindings.js";
import type { Check, Outcome, Run } from "./check.js";

/**
 * The module was loaded so that it binds to its own libraries, but what it loads in turn (p11-kit's proxy its
 * modules, openCryptoki its tokens, OpenSSL its providers) is bound by a plain dlopen(3), which finds node's
 * copies of OpenSSL and others first. Looked at before the login, when the module has loaded what it needs to
 * reach its token: if a library got node's functions, the parent starts another process, which loads it first
 * (load.ts), and only that one logs in. A module that loads nothing else, or binds it properly itself, needs
 * no second process.
 */
export const libraries: Check = {
  id: "libraries",
  refused: "warn",
  // what failed before may have failed for this very reason
  cleanup: true,
  quiet: true,
  perform(run) {
    const { loadFirst, mayStartAgain } = run.request;
    const { loadedFirst } = run;
    const found = look(run);
    const late = found.map(({ library }) => library).filter((library) => !loadFirst.includes(library));
    if (mayStartAgain && late.length > 0) {
      run.tell({ type: "again", libraries: [...loadFirst, ...late] });
      return { status: "skip", stop: true, detail: "another process loads them first" };
    }
    if (found.length > 0) return warning(found);
    return {
      status: "pass",
      ...(loadedFirst.length > 0 && { detail: `loaded first: ${names(loadedFirst)}` }),
    };
  },
};

/** The same for what the module loaded during or after the login, which cannot be made a second time. */
export const lateLibraries: Check = {
  id: "late-libraries",
  refused: "warn",
  cleanup: true,
  quiet: true,
  perform(run) {
    const isNew = loadedLibraries().some((library) => run.looked?.has(library) === false);
    const found = isNew ? look(run) : [];
    return found.length > 0 ? warning(found) : { status: "pass" };
  },
};

/** At what was loaded since the last look. */
function look(run: Run): readonly Misbound[] {
  // not loaded
  if (run.looked === undefined) return [];
  const found = misbound(run.looked);
  run.looked = new Set(loadedLibraries());
  return found;
}

const mostNamed = 5;

function warning(found: readonly Misbound[]): Outcome {
  const [first] = found;
  const symbols = first?.symbols ?? [];
  const more = symbols.length > mostNamed ? `, and ${symbols.length - mostNamed} more` : "";
  return {
    status: "warn",
    detail:
      `${names(found.map(({ library }) => library))} got functions of this program instead of the ` +
      `system's libraries: ${symbols.slice(0, mostNamed).join(", ")}${more}`,
    hint: "they were loaded too late to correct this: in an application the module may behave differently",
  };
}

function names(libraries: readonly string[]): string {
  return [...new Set(libraries.map((library) => basename(library)))].join(", ");
}
