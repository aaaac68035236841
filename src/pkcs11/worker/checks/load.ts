import { constants } from "node:os";
import { errorMessage } from "../../../problem/thrown.js";
import { closedLibrary } from "../closed-library.js";
import { loadFailure } from "../load-failure.js";
import { loadedLibraries } from "../mapped-files.js";
import type { Check, Outcome, Run } from "./check.js";

/** glibc's RTLD_NODELETE, for which Node has no name: the module stays loaded when Node closes its handle. */
const RTLD_NODELETE = 0x1000;

/** Node's complaint about a library that was loaded but is not a Node addon, as PKCS #11 modules are not. */
const loadedButNoAddon = /^Module did not self-register/;

/**
 * Loads the module so that it binds to its own libraries: node exports OpenSSL's and zlib's symbols, and the
 * module would bind to those in a plain load. RTLD_DEEPBIND puts the module's libraries first; the addon then
 * finds it already loaded.
 */
export const load: Check = {
  id: "load",
  refused: "stop",
  perform(run) {
    const { module, loadFirst } = run.request;
    const before = new Set(loadedLibraries());
    run.tell({ type: "call", call: "dlopen" });
    const failure = deepBind(module);
    if (failure !== undefined) return refused(module, failure);
    run.looked = before;
    run.loadedFirst = loadFirst.filter(loadedNow);
    run.tell({ type: "call", call: "C_GetFunctionList" });
    return getFunctionList(run, module);
  },
};

/** In any order, since each brings what it needs along. What does not load alone is found by a later look. */
function loadedNow(library: string): boolean {
  const before = new Set(loadedLibraries());
  return deepBind(library) === undefined && loadedLibraries().some((one) => !before.has(one));
}

function deepBind(module: string): string | undefined {
  try {
    process.dlopen(
      { exports: {} },
      module,
      constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_DEEPBIND | RTLD_NODELETE,
    );
    return undefined;
  } catch (error) {
    const message = errorMessage(error);
    return loadedButNoAddon.test(message) ? undefined : message;
  }
}

/**
 * After a failure here the addon holds a library without functions: the next call would crash, so the run
 * stops.
 */
function getFunctionList(run: Run, module: string): Outcome {
  try {
    run.library.load(module);
    return { status: "pass", detail: module };
  } catch (error) {
    return refused(module, errorMessage(error));
  }
}

function refused(module: string, message: string): Outcome {
  return { status: "fail", stop: true, ...loadFailure(module, message, closedLibrary) };
}
