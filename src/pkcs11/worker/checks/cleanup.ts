import type { Handle } from "pkcs11js";
import { counted } from "../../../formats/text/counted.js";
import { CKA_LABEL } from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { mostObjects } from "../../inventory.js";
import { returnValueName } from "../../return-values.js";
import { sessionOf, type Check, type Outcome, type Run } from "./check.js";
import { findObjects, type Found } from "./find-objects.js";
import { isInvalid, originOf, withoutTwins } from "./own-objects.js";

/**
 * Destroys only what the run made: the label and ID of each object are read first. Session objects would end
 * with the session, but some modules keep them longer. If any handle turns out to be of a different object,
 * the module's handles are not trusted, and nothing is destroyed.
 */
export const destroy: Check = {
  id: "destroy",
  refused: "warn",
  cleanup: true,
  skip: (run) => (run.created.length === 0 ? "nothing was made" : undefined),
  perform(run) {
    const all = run.created;
    const lie = lieOf(run, all);
    if (lie !== undefined) {
      run.misled = true;
      return { status: "fail", detail: `${lie}: nothing was destroyed`, hint: byHand(run) };
    }
    const own = all.filter((handle) => originOf(run, handle).is === "own");
    const { destroyed, error, moved } = destroyAll(run, own);
    if (moved) {
      run.misled = true;
      return {
        status: "fail",
        detail: `${movedText}: ${destroyed} of ${counted(all.length, "object")}`,
        hint: byHand(run),
      };
    }
    if (destroyed === all.length) return { status: "pass", detail: counted(destroyed, "object") };
    return {
      status: run.life === "token" ? "fail" : "warn",
      detail: notDestroyed(all.length - destroyed, all.length, error),
      ...(error ? { ckr: returnValueName(error.value) } : { hint: byHand(run) }),
    };
  },
};

function notDestroyed(left: number, all: number, error: CryptokiError | undefined): string {
  const total = counted(all, "object");
  if (error !== undefined)
    return `${left} of ${total} ${left === 1 ? "was" : "were"} not destroyed: ${error.message}`;
  return left === 1
    ? `1 of ${total} was left alone: the module does not report the label and ID that it was made with`
    : `${left} of ${total} were left alone: the module does not report the label and ID that they were ` +
        "made with";
}

/** Why the handles cannot be those of what was made; undefined if they can. */
function lieOf(run: Run, handles: readonly Handle[]): string | undefined {
  if (handles.some(isInvalid)) return "the module gave the handle 0 for an object that it made";
  if (handles.some((handle) => originOf(run, handle).is === "foreign"))
    return "the module gave the handle of another object for one that it made";
  return withoutTwins(handles).length < handles.length
    ? "the module gave one handle for two objects"
    : undefined;
}

/**
 * Looks for objects with the run's label and removes those that really have it, whatever else a search may
 * find.
 */
export const leftovers: Check = {
  id: "leftovers",
  refused: "warn",
  cleanup: true,
  skip: (run) => (run.asked.size === 0 ? "nothing was made" : undefined),
  perform(run) {
    const left = search(run);
    if ("lie" in left)
      return { status: "fail", detail: `${left.lie}: nothing was destroyed`, hint: byHand(run) };
    const mine = left.own.length;
    if (run.misled && mine > 0)
      return {
        status: "fail",
        detail: `${counted(mine, "object")} ${mine === 1 ? "was" : "were"} left: nothing was destroyed`,
        hint: byHand(run),
      };
    if (mine === 0) return notOurs(run, left);
    return removed(run, left);
  },
};

interface Left {
  readonly own: readonly Handle[];
  readonly foreign: number;
  readonly unknown: number;
}

function search(run: Run): Left | { readonly lie: string } {
  const found = findObjects(
    run,
    [{ type: CKA_LABEL, value: Buffer.from(run.request.objectLabel) }],
    mostObjects,
  );
  const lie = lieOfSearch(found);
  if (lie !== undefined) return { lie };
  const origins = withoutTwins(found.handles).map((handle) => ({ handle, ...originOf(run, handle) }));
  const own = origins.filter((origin) => origin.is === "own");
  if ([...run.asked].some(([id, most]) => own.filter((origin) => origin.id === id).length > most)) {
    return { lie: "more objects have the label of this run than it made" };
  }
  const count = (is: "foreign" | "unknown"): number => origins.filter((origin) => origin.is === is).length;
  return { own: own.map(({ handle }) => handle), foreign: count("foreign"), unknown: count("unknown") };
}

function lieOfSearch({ handles, complete, fault }: Found): string | undefined {
  if (fault !== undefined) return fault;
  if (!complete) return "the search for the label of this run does not end";
  return handles.some(isInvalid) ? "the search for the label of this run gave the handle 0" : undefined;
}

function removed(run: Run, { own, foreign, unknown }: Left): Outcome {
  const { destroyed, error, moved } = destroyAll(run, own);
  if (moved) {
    return {
      status: "fail",
      detail: `${movedText}: ${destroyed} of ${counted(own.length, "object")}`,
      hint: byHand(run),
    };
  }
  const still = error === undefined ? search(run) : undefined;
  if (still !== undefined && !("lie" in still) && still.own.length === 0) {
    return {
      status: run.request.task === "leftovers" ? "pass" : "warn",
      detail: [
        `${counted(destroyed, "object")} ` +
          `${destroyed === 1 ? "was left over, and has" : "were left over, and have"} now been removed`,
        ...(foreign > 0 ? [finds(foreign)] : []),
        ...(unknown > 0 ? [halfOurs(unknown)] : []),
      ].join("; "),
    };
  }
  const remaining = own.length - (error === undefined ? 0 : destroyed);
  return {
    status: "fail",
    detail: `${counted(remaining, "object")} ${remaining === 1 ? "remains" : "remain"} on the token`,
    hint: byHand(run),
    ...(error && { ckr: returnValueName(error.value) }),
  };
}

function notOurs(run: Run, { foreign, unknown }: Left): Outcome {
  if (unknown > 0) {
    const detail =
      unknown === 1
        ? "1 object found by this run's label does not report both that label and one of the run's IDs, " +
          "and was left alone"
        : `${unknown} objects found by this run's label do not report both that label and one of the ` +
          "run's IDs, and were left alone";
    return { status: run.life === "token" ? "fail" : "warn", detail, hint: byHand(run) };
  }
  if (foreign === 0) return { status: "pass", detail: "none" };
  return {
    status: "warn",
    detail: finds(foreign),
    hint: "an application that chooses its key by label may get another one from this module",
  };
}

function finds(foreign: number): string {
  return (
    "the module's search for a label finds other objects too: " +
    (foreign === 1
      ? "1 that is not of this run was left alone"
      : `${foreign} that are not of this run were left alone`)
  );
}

function halfOurs(unknown: number): string {
  return unknown === 1
    ? "1 more has only the run's label or one of its IDs, and was left alone"
    : `${unknown} more have only the run's label or one of its IDs, and were left alone`;
}

function byHand(run: Run): string {
  return run.life === "token"
    ? `look for objects labelled ${run.request.objectLabel} with another program, and remove those`
    : "session objects end with the session; report this to the module's vendor";
}

interface Destroyed {
  readonly destroyed: number;
  readonly error: CryptokiError | undefined;
  /** A handle turned out to be another object's after one was destroyed; the rest was left. */
  readonly moved: boolean;
}

const movedText =
  "after an object was destroyed, the module gave another one for a handle of the test, and no more were " +
  "destroyed";

/** Each is read once more just before: a module may number its objects anew when one is gone. */
function destroyAll(run: Run, objects: readonly Handle[]): Destroyed {
  let destroyed = 0;
  let first: CryptokiError | undefined;
  for (const object of objects) {
    const { is } = originOf(run, object);
    if (is === "foreign") return { destroyed, error: first, moved: true };
    if (is === "unknown") continue;
    try {
      run.library.C_DestroyObject(sessionOf(run), object);
      destroyed += 1;
    } catch (error) {
      if (!(error instanceof CryptokiError)) throw error;
      first ??= error;
    }
  }
  return { destroyed, error: first, moved: false };
}
