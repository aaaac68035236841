import { isRecord, parsedJson, textOf } from "../formats/json/json-values.js";
import { type CheckId, isCheckId } from "./check-table.js";
import { asInventoryObject, type InventoryObject } from "./inventory.js";
import { asKeyOnToken, type KeyOnToken } from "./key-on-token.js";
import { milliseconds, paths } from "./message-values.js";
import { type SignedKey, signedKeys } from "./proven.js";
import { type CheckResult, checkStatuses } from "./report.js";

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

/** The account that the worker becomes, and with which rights. */
export interface Identity {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** HOME; undefined: it is not set. */
  readonly home?: string | undefined;
  /** Whether USER and LOGNAME are not set. */
  readonly nameless?: boolean;
  /** All groups of its processes; without: those that the account has. */
  readonly groups?: readonly number[];
  /** Limits by the part of their names after `RLIMIT_`; without: this process's. */
  readonly limits?: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  /** Names of the capabilities that root may have; without: all of this process. Others have none. */
  readonly capabilities?: readonly string[];
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
  /** It waits for the PIN: `+` and the PIN, or `-`. */
  | { readonly type: "login" }
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
export type RefusalReason = "request" | "addon" | "identity" | "internal";

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
    case "login":
      return { type: "login" };
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

const refusals: readonly RefusalReason[] = ["request", "addon", "identity", "internal"];

function refusal(value: unknown): RefusalReason {
  return refusals.find((known) => known === value) ?? "request";
}
