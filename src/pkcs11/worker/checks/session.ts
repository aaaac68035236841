import {
  CKF_RW_SESSION,
  CKF_SERIAL_SESSION,
  CKS_RO_USER_FUNCTIONS,
  CKS_RW_USER_FUNCTIONS,
  CKU_USER,
} from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { returnValueName } from "../../return-values.js";
import { sessionOf, tokenOf, type Check, type Outcome, type Run } from "./check.js";

const CKR_TOKEN_WRITE_PROTECTED = 0xe2;
const CKR_USER_ALREADY_LOGGED_IN = 0x100;

export const session: Check = {
  id: "session",
  refused: "stop",
  perform(run) {
    try {
      open(run, true);
      return { status: "pass", detail: "read-write" };
    } catch (error) {
      if (!(error instanceof CryptokiError) || error.value !== CKR_TOKEN_WRITE_PROTECTED) throw error;
      open(run, false);
      return {
        status: "warn",
        ckr: returnValueName(error.value),
        detail: "read-only: the token is write protected",
      };
    }
  },
};

function open(run: Run, writable: boolean): void {
  run.session = run.library.C_OpenSession(
    tokenOf(run).slot,
    CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0),
  );
  run.writable = writable;
}

/** One attempt in the whole run: wrong PINs count towards the user's lock-out. */
export const login: Check = {
  id: "login",
  refused: "stop",
  skip: (run) => (run.hasPin ? undefined : "no PIN was given"),
  perform(run) {
    const pin = run.askPin();
    if (pin === undefined) return { status: "skip", stop: true, detail: "the PIN was not sent" };
    try {
      run.library.C_Login(sessionOf(run), CKU_USER, pin);
      run.loggedIn = true;
      run.pinTaken = true;
      return { status: "pass" };
    } catch (error) {
      if (error instanceof CryptokiError && error.value === CKR_USER_ALREADY_LOGGED_IN)
        return sharedLogin(run);
      throw error;
    }
  },
};

function sharedLogin(run: Run): Outcome {
  run.loggedIn = true;
  const detail = "the token was already logged in: the PIN is not proven";
  return { status: "warn", ckr: returnValueName(CKR_USER_ALREADY_LOGGED_IN), detail };
}

export const sessionState: Check = {
  id: "session-state",
  refused: "warn",
  perform(run) {
    const { state } = run.library.C_GetSessionInfo(sessionOf(run));
    const detail = stateNames[state] ?? `state ${state}`;
    if (!run.loggedIn) return { status: "info", detail };
    const wanted = run.writable ? CKS_RW_USER_FUNCTIONS : CKS_RO_USER_FUNCTIONS;
    return { status: state === wanted ? "pass" : "warn", detail };
  },
};

const stateNames = [
  "read-only, public",
  "read-only, user",
  "read-write, public",
  "read-write, user",
  "read-write, security officer",
];

export const logout: Check = {
  id: "logout",
  refused: "warn",
  cleanup: true,
  skip: (run) => (run.loggedIn ? undefined : "not logged in"),
  perform(run) {
    run.library.C_Logout(sessionOf(run));
    run.loggedIn = false;
    return { status: "pass" };
  },
};

export const closeSession: Check = {
  id: "close-session",
  refused: "warn",
  cleanup: true,
  skip: (run) => (run.session === undefined ? "no session is open" : undefined),
  perform(run) {
    run.library.C_CloseSession(sessionOf(run));
    run.session = undefined;
    return { status: "pass" };
  },
};
