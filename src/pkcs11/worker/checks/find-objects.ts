import type { Handle, Template } from "pkcs11js";
import { counted } from "../../../formats/text/counted.js";
import { sessionOf, type Check, type Run } from "./check.js";

/** Enough to distinguish a full token from an empty one. */
const mostCounted = 1000;
const batch = 100;

export interface Found {
  /** At most `most` and one batch. */
  readonly handles: readonly Handle[];
  /** False: there are more, or the module never says that there are none. */
  readonly complete: boolean;
  /** What the module did that is not allowed. */
  readonly fault?: string;
}

/** Handles of the objects that match; a search that does not end is ended. */
export function findObjects(run: Run, template: Template, most: number): Found {
  const session = sessionOf(run);
  const handles: Handle[] = [];
  run.library.C_FindObjectsInit(session, template);
  try {
    for (;;) {
      const some = run.library.C_FindObjects(session, batch);
      // the addon has no room for more, and would read something other than what the module returned
      if (some.length > batch)
        return {
          handles,
          complete: false,
          fault: `C_FindObjects gave ${some.length} objects where ${batch} were asked for`,
        };
      handles.push(...some);
      if (some.length === 0) return { handles, complete: true };
      if (handles.length > most) return { handles, complete: false };
    }
  } finally {
    run.library.C_FindObjectsFinal(session);
  }
}

export const find: Check = {
  id: "find",
  refused: "fail",
  mandatory: true,
  perform(run) {
    run.searchable = false;
    const { handles, complete, fault } = findObjects(run, [], mostCounted);
    if (fault !== undefined) return { status: "fail", detail: fault };
    run.searchable = true;
    return {
      status: "info",
      detail: complete ? counted(handles.length, "object") : `more than ${mostCounted} objects`,
    };
  },
};
