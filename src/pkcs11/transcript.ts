import type { CheckId } from "./check-table.js";
import type { CheckResult } from "./report.js";
import { mostObjects, type Inventory, type InventoryObject } from "./inventory.js";
import type { SignedKey } from "./proven.js";
import type { KeyOnToken } from "./key-on-token.js";
import type { RefusalReason, SignatureTime, WorkerMessage } from "./protocol.js";

/** The most results that are kept: a run sends fewer than a hundred. */
const mostResults = 200;
const mostSignatures = 2;
/** The worker looks at fewer, and at those that are asked for. */
const mostKeys = 1000;

/** What the worker has reported so far: enough to name the call in which it hung or died. */
export class Transcript {
  readonly results: CheckResult[] = [];
  token: { readonly label: string; readonly serial: string; readonly manufacturer: string } | undefined;
  /** The check that has begun and not ended; `since` in the caller's milliseconds. */
  open: { readonly check: CheckId; readonly since: number } | undefined;
  /** The last call announced within the open check. */
  call: string | undefined;
  /** True once the module was given the PIN: its output is not shown from then on. */
  pinGiven = false;
  triedToMake = false;
  /** True once it may have made objects that outlive the session. */
  tokenObjects = false;
  /** With which kinds of keys it made signatures that it verified. */
  readonly signed = new Set<SignedKey>();
  readonly keys: KeyOnToken[] = [];
  /** Undefined until the worker has reported all of the token's objects. */
  inventory: Inventory | undefined;
  readonly signatures: SignatureTime[] = [];
  refused: { readonly why: RefusalReason; readonly detail: string } | undefined;
  /** What another process is to load first; undefined if the worker went on, or has been given the PIN. */
  again: readonly string[] | undefined;
  done = false;
  readonly #objects: InventoryObject[] = [];

  /** Takes one message that arrived at `now` (milliseconds). */
  take(message: WorkerMessage, now: number): void {
    switch (message.type) {
      case "begin":
        this.open = { check: message.check, since: now };
        this.call = undefined;
        return;
      case "call":
        this.call = message.call;
        this.pinGiven ||= message.call === "C_Login";
        this.triedToMake ||= message.call.startsWith("C_Generate") && message.call !== "C_GenerateRandom";
        return;
      case "end":
        if (this.results.length < mostResults) this.results.push(message.result);
        this.open = undefined;
        return;
      case "token":
        this.token = message;
        return;
      case "key":
        if (this.keys.length < mostKeys) this.keys.push(message.key);
        return;
      case "signed":
        this.signed.add(message.key);
        return;
      case "token-objects":
        this.tokenObjects = true;
        return;
      case "object":
        if (this.#objects.length < mostObjects) this.#objects.push(message.object);
        return;
      case "inventory":
        this.inventory = { objects: this.#objects, complete: message.complete };
        return;
      case "signature":
        if (this.signatures.length < mostSignatures)
          this.signatures.push({ ms: message.ms, sinceStartMs: message.sinceStartMs });
        return;
      case "login":
      case "paused":
        return;
      case "again":
        if (!this.pinGiven) this.again = message.libraries;
        return;
      case "refused":
        this.refused = message;
        return;
      case "done":
        this.done = true;
        return;
    }
  }
}
