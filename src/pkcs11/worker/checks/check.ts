import type { KeyObject } from "node:crypto";
import type { Handle, KeyPair, PKCS11 } from "pkcs11js";
import type { CheckId } from "../../check-table.js";
import type { CheckResult, CheckStatus } from "../../report.js";
import type { WorkerMessage, WorkerRequest } from "../../protocol.js";

export interface ChosenToken {
  readonly slot: Handle;
  readonly label: string;
  /** CKF_… of CK_TOKEN_INFO. */
  readonly flags: number;
}

/** What one run of the smoke test knows so far; the checks fill it in, in their order. */
export interface Run {
  readonly request: WorkerRequest;
  readonly pin: string | undefined;
  /** Every C_ call on it is announced; a refused one throws CryptokiError. */
  readonly library: PKCS11;
  tell(message: WorkerMessage): void;
  /** Waits for the parent's signal to go on. */
  pause(): void;
  /** Milliseconds of the monotonic clock. */
  readonly started: number;
  /** The libraries whose bindings need no look, or had one; undefined until the module is loaded. */
  looked: ReadonlySet<string> | undefined;
  /** Of what was to be loaded first, what the module does not bring along. */
  loadedFirst: readonly string[];
  initialized: boolean;
  slots: readonly Handle[];
  token: ChosenToken | undefined;
  /** CKM_… numbers that the token offers. */
  mechanisms: ReadonlySet<number>;
  session: Handle | undefined;
  writable: boolean;
  loggedIn: boolean;
  rsa: KeyPair | undefined;
  ec: KeyPair | undefined;
  /** Kinds of keys with which a correct signature was made. */
  readonly signed: string[];
  /** What the first of two timed signatures was made with. */
  signer: Signer | undefined;
  /**
   * How many objects the module was asked to create, by their CKA_ID: it may have created them even if it
   * then failed.
   */
  readonly asked: Map<string, number>;
  /** The objects that this run made, according to the module. */
  readonly created: Handle[];
  /** True once one of these turned out to be a different object: nothing is destroyed from then on. */
  misled: boolean;
}

/** A way to sign: what the module is given for the data. */
export interface Scheme {
  readonly mechanism: number;
  readonly name: string;
  prepared(data: Buffer): Buffer;
}

/** What signing with a kind of key requires. */
export interface KeyKind {
  readonly name: string;
  readonly schemes: readonly Scheme[];
  readonly keysOf: (run: Run) => KeyPair | undefined;
  readonly readKey: (run: Run, keys: KeyPair) => KeyObject;
  /** Node's verification of a signature. */
  readonly verifies: (data: Buffer, key: KeyObject, signature: Buffer) => boolean;
}

/** A key made in this run, and a way to sign with it. */
export interface Signer {
  readonly kind: KeyKind;
  readonly keys: KeyPair;
  readonly scheme: Scheme;
  readonly publicKey: KeyObject;
}

export interface Outcome extends Pick<CheckResult, "detail" | "ckr" | "hint" | "unavailable"> {
  readonly status: CheckStatus;
  /** After this, only cleaning up makes sense. */
  readonly stop?: boolean;
}

export interface Check {
  readonly id: CheckId;
  /** What a refused call means here: `stop` is a failure after which only clean-up checks are run. */
  readonly refused: "stop" | "fail" | "warn";
  /** True: a module that lacks the function fails too, since it is of no use without it. */
  readonly mandatory?: boolean;
  /** True: also run after a stop. */
  readonly cleanup?: boolean;
  /** True: it is only reported if there is something to say, more than that it passed. */
  readonly quiet?: boolean;
  /** Why there is nothing to check in this run; undefined if there is. */
  skip?(run: Run): string | undefined;
  perform(run: Run): Outcome;
}

/** The session; a check that uses it comes after `session`, whose failure stops the run. */
export function sessionOf(run: Run): Handle {
  if (run.session === undefined) throw new Error("no session is open");
  return run.session;
}

/** The token; a check that uses it comes after `token`, whose failure stops the run. */
export function tokenOf(run: Run): ChosenToken {
  if (run.token === undefined) throw new Error("no token is chosen");
  return run.token;
}
