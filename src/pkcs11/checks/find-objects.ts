import type { Handle, Template } from "pkcs11js";
import { sessionOf, type Check, type Run } from "./check.js";

/** Enough to tell a full token from an empty one; a module that never says it is done must not hold the run. */
const mostCounted = 1000;
const batch = 100;

/** Handles of the objects that match, at most `most` and one batch. */
export function findObjects(run: Run, template: Template, most = mostCounted): readonly Handle[] {
  const session = sessionOf(run);
  const found: Handle[] = [];
  run.library.C_FindObjectsInit(session, template);
  try {
    for (;;) {
      const some = run.library.C_FindObjects(session, batch);
      found.push(...some);
      if (some.length === 0 || found.length >= most) return found;
    }
  } finally {
    run.library.C_FindObjectsFinal(session);
  }
}

export const find: Check = {
  id: "find",
  refused: "warn",
  perform(run) {
    const { length } = findObjects(run, []);
    return { status: "info", detail: length >= mostCounted ? `${mostCounted} objects or more` : `${length} objects` };
  },
};
