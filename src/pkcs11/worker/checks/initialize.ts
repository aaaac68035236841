import { CKF_OS_LOCKING_OK } from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { returnValueName } from "../../return-values.js";
import type { Check } from "./check.js";

const CKR_NEED_TO_CREATE_THREADS = 0x09;
const CKR_CANT_LOCK = 0x0a;

export const initialize: Check = {
  id: "initialize",
  refused: "stop",
  perform(run) {
    const { initArgs } = run.request;
    // the addon cuts off the last character
    const parameters = initArgs === null ? {} : { libraryParameters: `${initArgs} ` };
    try {
      run.library.C_Initialize({ ...parameters, flags: CKF_OS_LOCKING_OK });
      run.initialized = true;
      return { status: "pass" };
    } catch (error) {
      if (
        !(error instanceof CryptokiError) ||
        (error.value !== CKR_CANT_LOCK && error.value !== CKR_NEED_TO_CREATE_THREADS)
      )
        throw error;
      run.library.C_Initialize({ ...parameters, flags: 0 });
      run.initialized = true;
      return {
        status: "warn",
        ckr: returnValueName(error.value),
        detail: "works only without locking: not for programs with several threads",
      };
    }
  },
};

export const info: Check = {
  id: "info",
  refused: "warn",
  perform(run) {
    const { cryptokiVersion, manufacturerID, libraryVersion } = run.library.C_GetInfo();
    const version = `Cryptoki ${cryptokiVersion.major}.${cryptokiVersion.minor}`;
    const library = `library ${libraryVersion.major}.${libraryVersion.minor}`;
    const detail = `${version}, ${unpadded(manufacturerID)}, ${library}`;
    return { status: cryptokiVersion.major === 2 || cryptokiVersion.major === 3 ? "pass" : "warn", detail };
  },
};

export const finalize: Check = {
  id: "finalize",
  refused: "warn",
  cleanup: true,
  skip: (run) => (run.initialized ? undefined : "not initialised"),
  perform(run) {
    run.library.C_Finalize();
    return { status: "pass" };
  },
};

/** A fixed-size Cryptoki text without its padding: spaces, or the NULs that some modules use. */
export function unpadded(text: string): string {
  return text.replace(/[\0 ]+$/, "");
}
