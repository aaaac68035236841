import type { Handle } from "pkcs11js";
import { CKA_LABEL } from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { hintFor } from "../hints.js";
import { returnValueName } from "../return-values.js";
import { sessionOf, type Check, type Outcome, type Run } from "./check.js";
import { findObjects } from "./find-objects.js";

/** Destroys what the run made; objects of the session would go with it, but some modules keep them longer. */
export const destroy: Check = {
  id: "destroy",
  refused: "warn",
  cleanup: true,
  skip: (run) => (run.created.length === 0 ? "nothing was made" : undefined),
  perform(run) {
    const all = run.created;
    const { destroyed, error } = destroyAll(run, all);
    if (error === undefined) return { status: "pass", detail: `${destroyed} objects` };
    return { status: run.request.tokenObjects ? "fail" : "warn", detail: `${all.length - destroyed} of ${all.length} objects: ${error.message}`, ...told(error) };
  },
};

/** Looks for objects with the run's own label, which nothing else has, and removes them. */
export const leftovers: Check = {
  id: "leftovers",
  refused: "warn",
  cleanup: true,
  skip: (run) => (run.triedToMake ? undefined : "nothing was made"),
  perform(run) {
    const template = [{ type: CKA_LABEL, value: Buffer.from(run.request.objectLabel) }];
    const left = findObjects(run, template);
    if (left.length === 0) return { status: "pass", detail: "none" };
    const { destroyed, error } = destroyAll(run, left);
    if (error === undefined && findObjects(run, template).length === 0) return { status: "warn", detail: `${destroyed} objects were left, and are removed now` };
    return {
      status: "fail",
      detail: `${left.length - destroyed} objects stay on the token`,
      hint: `remove the objects labelled ${run.request.objectLabel}`,
      ...(error && { ckr: returnValueName(error.value) }),
    };
  },
};

function destroyAll(run: Run, objects: readonly Handle[]): { destroyed: number; error: CryptokiError | undefined } {
  let destroyed = 0;
  let first: CryptokiError | undefined;
  for (const object of objects) {
    try {
      run.library.C_DestroyObject(sessionOf(run), object);
      destroyed += 1;
    } catch (error) {
      if (!(error instanceof CryptokiError)) throw error;
      first ??= error;
    }
  }
  return { destroyed, error: first };
}

function told(error: CryptokiError): Pick<Outcome, "ckr" | "hint"> {
  const hint = hintFor(error.value);
  return { ckr: returnValueName(error.value), ...(hint !== undefined && { hint }) };
}
