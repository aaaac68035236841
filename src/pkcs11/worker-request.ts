import { isRecord, parsedJson, textOf } from "../formats/json/json-values.js";
import { paths } from "./message-values.js";
import { asSurroundings, type Surroundings } from "./process/surroundings.js";
import type { Identity, TokenChoice } from "./protocol.js";
import {
  demandedLevels,
  existingKeyRules,
  type ProofRules,
  tokenObjectRules,
  usualProofRules,
} from "./proven.js";

/**
 * What is done in the session, always with at most one login: the smoke test; the smoke test and the token's
 * inventory; or two timed signatures. `timed-paused` waits between them for a byte on descriptor 3.
 * `leftovers` only removes what an earlier run has left.
 */
export type WorkerTask = "smoke" | "inventory" | "timed" | "timed-paused" | "leftovers";

/** First line of the worker's standard input, as JSON. */
export interface WorkerRequest extends ProofRules {
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
  /** Of the PIN, for which the worker asks when it is about to log in. Null: no PIN, so no login. */
  readonly pinBytes: number | null;
  readonly identity: Identity | null;
  readonly surroundings: Surroundings;
  /** The label of every object that this run creates; for `leftovers`, that an earlier run has created. */
  readonly objectLabel: string;
  /** How to remove what is left on the token: a command line, to be followed by the label. */
  readonly removal: string;
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
    pinOptional: value["pinOptional"] === true,
    tokenObjects: tokenObjectRules.find((known) => known === value["tokenObjects"]) ?? "never",
    existingKeys: existingKeyRules.find((known) => known === value["existingKeys"]) ?? "list",
    removal: textOf(value["removal"]),
    keys: Array.isArray(value["keys"]) ? value["keys"].map(textOf) : [],
    keysElsewhere: value["keysElsewhere"] === true,
  };
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
  return { user: textOf(value["user"]), uid: value["uid"], gid: value["gid"] };
}

const tasks: readonly WorkerTask[] = ["smoke", "inventory", "timed", "timed-paused", "leftovers"];
