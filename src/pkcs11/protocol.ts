import { isRecord, parsedJson, textOf } from "../formats/json/json-values.js";
import { type CheckId, isCheckId } from "./check-table.js";
import { asInventoryObject, type InventoryObject } from "./inventory.js";
import { asKeyOnToken, type KeyOnToken } from "./key-on-token.js";
import { milliseconds } from "./message-values.js";
import {
  type Demanded,
  demandedLevels,
  type SignedKey,
  signedKeys,
  tokenObjectRules,
  type TokenObjectRule,
  usualProofRules,
} from "./proven.js";
import { type CheckResult, checkStatuses } from "./report.js";
import { asSurroundings, type Surroundings } from "./process/surroundings.js";

/** Which token: by label, serial number or both, never by slot number; or the only one there is. */
export type TokenChoice =
  | { readonly label: string; readonly serial?: string }
  | { readonly serial: string }
  | { readonly only: true };

/** The label and serial number that a choice asks for. */
export function wantedOf(choice: TokenChoice): {
  readonly label: string | undefined;
  readonly serial: string | undefined;
} {
  return {
    label: "label" in choice ? choice.label : undefined,
    serial: "serial" in choice ? choice.serial : undefined,
  };
}

/** The account that the worker becomes. */
export interface Identity {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  /** All groups of its processes; without: those that the account has. */
  readonly groups?: readonly number[];
}

/**
 * What is done in the session, always with at most one login: the smoke test; the smoke test and the token's
 * inventory; or two timed signatures. `timed-paused` waits between them for a byte on descriptor 3.
 * `leftovers` only removes what an earlier run has left.
 */
export type WorkerTask = "smoke" | "inventory" | "timed" | "timed-paused" | "leftovers";

/** First line of the worker's standard input, as JSON. `pinBytes` bytes of PIN follow the line break. */
export interface WorkerRequest {
  /** Precedes each message, so that text from the module on the same descriptor is never taken for one. */
  readonly nonce: string;
  readonly task: WorkerTask;
  /** Absolute path, or a bare name for the dynamic loader. */
  readonly module: string;
  /** Library parameters for C_Initialize; null: none. */
  readonly initArgs: string | null;
  /** Paths of libraries that are loaded with the module, before it is called: see `again`. */
  readonly loadFirst: readonly string[];
  /** Whether the worker may answer `again`. */
  readonly mayStartAgain: boolean;
  readonly token: TokenChoice;
  /** Null: no PIN, so no login. */
  readonly pinBytes: number | null;
  readonly identity: Identity | null;
  readonly surroundings: Surroundings;
  /** The label of every object that this run creates; for `leftovers`, that an earlier run has created. */
  readonly objectLabel: string;
  readonly atLeast: Demanded;
  /** Keys on the token outlive the session; they are destroyed at the end. */
  readonly tokenObjects: TokenObjectRule;
  /** Labels of signing keys that must be on the token, or may be on another one. */
  readonly keys: readonly string[];
  readonly keysElsewhere: boolean;
}

/** What the worker reports on descriptor 3. */
export type WorkerMessage =
  | { readonly type: "begin"; readonly check: CheckId }
  | { readonly type: "call"; readonly call: string }
  | { readonly type: "end"; readonly result: CheckResult }
  | { readonly type: "token"; readonly label: string; readonly serial: string; readonly manufacturer: string }
  | { readonly type: "key"; readonly key: KeyOnToken }
  | { readonly type: "signed"; readonly key: SignedKey }
  | { readonly type: "token-objects" }
  | { readonly type: "object"; readonly object: InventoryObject }
  | { readonly type: "inventory"; readonly complete: boolean }
  | ({ readonly type: "signature" } & SignatureTime)
  | { readonly type: "paused" }
  /** It did not log in: another process is to load these libraries first. */
  | { readonly type: "again"; readonly libraries: readonly string[] }
  | { readonly type: "refused"; readonly why: RefusalReason; readonly detail: string }
  | { readonly type: "done" };

/** Milliseconds of the worker's monotonic clock. */
export interface SignatureTime {
  /** C_SignInit and C_Sign. */
  readonly ms: number;
  /** From before the module was loaded to the signature. */
  readonly sinceStartMs: number;
}

/** Why the worker could not even begin: its request, its addon or its identity. */
export type RefusalReason = "request" | "addon" | "identity";

/** A message on a separate line; the leading line break ends whatever the module wrote before. */
export function encodeMessage(nonce: string, message: WorkerMessage): string {
  return `\n${nonce}${JSON.stringify(message)}\n`;
}

/** The message of a line; undefined for anything else (a module may print on any descriptor). */
export function decodeMessage(nonce: string, line: string): WorkerMessage | undefined {
  const start = line.lastIndexOf(nonce);
  return start === -1 ? undefined : asMessage(parsedJson(line.slice(start + nonce.length)));
}

function asMessage(value: unknown): WorkerMessage | undefined {
  if (!isRecord(value)) return undefined;
  switch (value["type"]) {
    case "begin": {
      const check = textOf(value["check"]);
      return isCheckId(check) ? { type: "begin", check } : undefined;
    }
    case "call":
      return { type: "call", call: textOf(value["call"]) };
    case "token":
      return {
        type: "token",
        label: textOf(value["label"]),
        serial: textOf(value["serial"]),
        manufacturer: textOf(value["manufacturer"]),
      };
    case "refused":
      return { type: "refused", why: refusal(value["why"]), detail: textOf(value["detail"]) };
    case "done":
      return { type: "done" };
    case "key": {
      const key = asKeyOnToken(value["key"]);
      return key && { type: "key", key };
    }
    case "signed": {
      const key = signedKeys.find((known) => known === value["key"]);
      return key && { type: "signed", key };
    }
    case "token-objects":
      return { type: "token-objects" };
    case "paused":
      return { type: "paused" };
    case "again":
      return { type: "again", libraries: paths(value["libraries"]) };
    case "inventory":
      return { type: "inventory", complete: value["complete"] === true };
    case "object": {
      const object = asInventoryObject(value["object"]);
      return object && { type: "object", object };
    }
    case "signature":
      return asSignature(milliseconds(value["ms"]), milliseconds(value["sinceStartMs"]));
    case "end": {
      const result = asCheckResult(value["result"]);
      return result && { type: "end", result };
    }
    default:
      return undefined;
  }
}

function asSignature(ms: number | undefined, sinceStartMs: number | undefined): WorkerMessage | undefined {
  return ms !== undefined && sinceStartMs !== undefined ? { type: "signature", ms, sinceStartMs } : undefined;
}

/**
 * The most characters of a check's evidence and advice: a whole screen of them could only come from the
 * module.
 */
const longest = 4000;

/**
 * A module in the worker's process can write such a message itself, so names are checked, and no text can
 * push the rest off the screen.
 */
function asCheckResult(value: unknown): CheckResult | undefined {
  if (!isRecord(value)) return undefined;
  const status = checkStatuses.find((known) => known === value["status"]);
  const [id, ckr, ms] = [textOf(value["id"]), textOf(value["ckr"]), milliseconds(value["ms"])];
  if (status === undefined || ms === undefined || !isCheckId(id)) return undefined;
  return {
    id,
    status,
    ms,
    ...(value["detail"] !== undefined && { detail: textOf(value["detail"]).slice(0, longest) }),
    ...(/^(?:CKR_\w{1,60}(?: \(0x[0-9a-f]{1,16}\))?|0x[0-9a-f]{1,16})$/.test(ckr) && { ckr }),
    ...(value["hint"] !== undefined && { hint: textOf(value["hint"]).slice(0, longest) }),
    ...(value["unavailable"] === true && { unavailable: true }),
  };
}

/** A request as the worker reads it; undefined if it is not one. */
export function asRequest(line: string): WorkerRequest | undefined {
  const value = parsedJson(line);
  if (!isRecord(value)) return undefined;
  const token = asTokenChoice(value["token"]);
  const { pinBytes } = value;
  if (token === undefined || (pinBytes !== null && typeof pinBytes !== "number")) return undefined;
  return {
    nonce: textOf(value["nonce"]),
    task: tasks.find((known) => known === value["task"]) ?? "smoke",
    module: textOf(value["module"]),
    initArgs: typeof value["initArgs"] === "string" ? value["initArgs"] : null,
    loadFirst: paths(value["loadFirst"]),
    mayStartAgain: value["mayStartAgain"] === true,
    token,
    pinBytes,
    identity: asIdentity(value["identity"]),
    surroundings: asSurroundings(value["surroundings"]),
    objectLabel: textOf(value["objectLabel"]),
    atLeast: demandedLevels.find((known) => known === value["atLeast"]) ?? usualProofRules.atLeast,
    tokenObjects: tokenObjectRules.find((known) => known === value["tokenObjects"]) ?? "never",
    keys: Array.isArray(value["keys"]) ? value["keys"].map(textOf) : [],
    keysElsewhere: value["keysElsewhere"] === true,
  };
}

/** More libraries than any module loads. */
const mostPaths = 500;

function paths(value: unknown): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries
    .filter((path): path is string => typeof path === "string" && path.startsWith("/"))
    .slice(0, mostPaths);
}

function asTokenChoice(value: unknown): TokenChoice | undefined {
  if (!isRecord(value)) return undefined;
  const { label, serial } = value;
  if (typeof label === "string") return { label, ...(typeof serial === "string" && { serial }) };
  if (typeof serial === "string") return { serial };
  return value["only"] === true ? { only: true } : undefined;
}

function asIdentity(value: unknown): Identity | null {
  if (!isRecord(value) || typeof value["uid"] !== "number" || typeof value["gid"] !== "number") return null;
  return { user: textOf(value["user"]), uid: value["uid"], gid: value["gid"], home: textOf(value["home"]) };
}

const tasks: readonly WorkerTask[] = ["smoke", "inventory", "timed", "timed-paused", "leftovers"];
const refusals: readonly RefusalReason[] = ["request", "addon", "identity"];

function refusal(value: unknown): RefusalReason {
  return refusals.find((known) => known === value) ?? "request";
}
