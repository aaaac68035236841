import type { KeyObject } from "node:crypto";
import type { Handle, KeyPair, PKCS11, RsaPSS } from "pkcs11js";
import type { CheckId } from "../../check-table.js";
import type { CheckResult, CheckStatus } from "../../report.js";
import type { SignedKey } from "../../proven.js";
import type { WorkerMessage } from "../../protocol.js";
import type { WorkerRequest } from "../../worker-request.js";
import { CKF_LOGIN_REQUIRED } from "../constants.js";

/** Key sizes in the mechanism's own unit, and CKF_… */
export interface MechanismInfo {
  readonly min: number;
  readonly max: number;
  readonly flags: number;
}

/** How long a key lives that the run makes. */
export type Life = "session" | "token";

/** A signature that was verified on this machine. */
export interface Signed {
  readonly key: SignedKey;
  /** For people: `the key "ca" (EC P-256)`, `an RSA key of this run`. */
  readonly name: string;
}

export interface ChosenToken {
  readonly slot: Handle;
  readonly label: string;
  /** CKF_… of CK_TOKEN_INFO. */
  readonly flags: number;
}

/** What one run of the smoke test knows so far; the checks fill it in, in their order. */
export interface Run {
  readonly request: WorkerRequest;
  readonly hasPin: boolean;
  /** Every C_ call on it is announced; a refused one throws CryptokiError. */
  readonly library: PKCS11;
  /** Why the HSM's addresses cannot be reached. */
  readonly unreached: string | undefined;
  tell(message: WorkerMessage): void;
  /** The PIN, just before it is used; undefined: it is not to be sent to this token. */
  askPin(): string | undefined;
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
  /** What the token says about those of them that the run may use. */
  mechanismInfo: ReadonlyMap<number, MechanismInfo>;
  session: Handle | undefined;
  writable: boolean;
  loggedIn: boolean;
  /** Whether the token took the PIN in this run; a login that was there before says nothing about it. */
  pinTaken: boolean;
  /** False once a search has failed. */
  searchable: boolean;
  /** The signing keys that are on the token; of the run's own, none. */
  signingKeys: readonly SigningKey[];
  rsa: KeyPair | undefined;
  ec: KeyPair | undefined;
  /** With what a correct signature was made, in the order in which they were made. */
  readonly signed: Signed[];
  /** True once a check has failed. */
  failed: boolean;
  /** What timed signatures are made with: a key that is on the token, until the run has made one. */
  signer: Signer | undefined;
  /**
   * How many objects the module was asked to create, by their CKA_ID: it may have created them even if it
   * then failed.
   */
  readonly asked: Map<string, number>;
  /** Whether what the run makes outlives the session; set before the first such object is made. */
  life: Life;
  /** The objects that this run made, according to the module. */
  readonly created: Handle[];
  /** True once one of these turned out to be a different object: nothing is destroyed from then on. */
  misled: boolean;
}

/** A way to sign: what the module is given for the data. */
export interface Scheme {
  readonly mechanism: number;
  /** What the mechanism is called with; absent: with nothing. */
  readonly parameter?: RsaPSS | Buffer;
  /** Left out: all keys of its kind. */
  readonly fits?: (key: KeyObject) => boolean;
  readonly name: string;
  readonly prepared: (data: Buffer) => Buffer;
  /** Node's verification of a signature of the data, as they were before `prepared`. */
  readonly verifies: (data: Buffer, key: KeyObject, signature: Buffer) => boolean;
}

/** What signing with a kind of key requires. */
export interface KeyKind {
  readonly name: "RSA" | "EC" | "EdDSA";
  /** CKK_… */
  readonly type: number;
  /** The first that the token offers is used. */
  readonly schemes: readonly Scheme[];
  /** The pair of this kind that the run has made. */
  readonly keysOf: (run: Run) => KeyPair | undefined;
  /** What Node calls such a key (`asymmetricKeyType`). */
  readonly nodeTypes: readonly string[];
  /** The attributes that are the public key, and the key that their values are; throws if they are none. */
  readonly publicParts: readonly number[];
  readonly publicKey: (parts: readonly Buffer[]) => KeyObject;
}

/** A private key that was on the token before the run, and may sign. */
export interface SigningKey {
  readonly handle: Handle;
  readonly label: string;
  readonly id: Buffer;
  /** Undefined: the test cannot verify signatures of this kind. */
  readonly kind: KeyKind | undefined;
}

/** A private key, and a way to sign with it and to verify that. */
export interface Signer {
  readonly kind: KeyKind;
  readonly privateKey: Handle;
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
  /** True: the run does without it, so that a refused call is only a warning. */
  optional?(run: Run): boolean;
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

/** Why private keys can be neither seen nor made; undefined after a login, or if the token requires none. */
export function withoutLogin(run: Run): string | undefined {
  return !run.loggedIn && (tokenOf(run).flags & CKF_LOGIN_REQUIRED) !== 0 ? "not logged in" : undefined;
}

/** Records and reports a verified signature. */
export function recordSigned(run: Run, signed: Signed): void {
  run.signed.push(signed);
  run.tell({ type: "signed", key: signed.key });
}
