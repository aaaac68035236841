import type { Handle } from "pkcs11js";
import {
  CKA_ID,
  CKA_LABEL,
  CKM_AES_KEY_GEN,
  CKM_EC_KEY_PAIR_GEN,
  CKM_RSA_PKCS_KEY_PAIR_GEN,
} from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { runObjectId } from "../../run-objects.js";
import { type Run, sessionOf } from "./check.js";

/**
 * The CKA_ID of objects that the run makes with a mechanism; as random as the run's label, which it contains.
 */
export function ownId(run: Run, mechanism: number): Buffer {
  return Buffer.from(runObjectId(run.request.objectLabel, mechanism));
}

/**
 * Records, before the call, how many objects the module is asked for: it may have created them even if the
 * call then fails.
 */
export function askFor(run: Run, mechanism: number, objects: number): void {
  const id = ownId(run, mechanism).toString();
  run.asked.set(id, (run.asked.get(id) ?? 0) + objects);
}

/** A pair is asked for again if its first template is refused. */
const mostOfAPair = 4;

/** What an earlier run may have asked for, at most. */
export function askedBefore(label: string): Map<string, number> {
  const pairs = [CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_EC_KEY_PAIR_GEN];
  return new Map([
    ...pairs.map((mechanism): [string, number] => [runObjectId(label, mechanism), mostOfAPair]),
    [runObjectId(label, CKM_AES_KEY_GEN), 1],
  ]);
}

/**
 * What an object's attributes say about its origin. Only an object that has the run's label and one of its
 * IDs, to the byte, is destroyed. If only one of the two matches, or the module does not give them, the
 * origin is unknown: some tokens keep only short IDs.
 */
export type Origin =
  | { readonly is: "own"; readonly id: string }
  | { readonly is: "foreign" }
  | { readonly is: "unknown" };

/**
 * Whose object a handle refers to, as read from the object itself: the handles that a module returns, and its
 * search results, are only claims.
 */
export function originOf(run: Run, handle: Handle): Origin {
  const [label, id] = namesOf(run, handle) ?? [];
  if (label === undefined || id === undefined) return { is: "unknown" };
  const [hasLabel, hasId] = [
    label.equals(Buffer.from(run.request.objectLabel)),
    run.asked.has(id.toString()),
  ];
  if (hasLabel && hasId) return { is: "own", id: id.toString() };
  return { is: hasLabel || hasId ? "unknown" : "foreign" };
}

function namesOf(run: Run, handle: Handle): readonly Buffer[] | undefined {
  try {
    return attributes(run, handle, [CKA_LABEL, CKA_ID]);
  } catch (error) {
    if (error instanceof CryptokiError) return undefined;
    throw error;
  }
}

/** CK_INVALID_HANDLE, which refers to no object. */
export function isInvalid(handle: Handle): boolean {
  return handle.every((byte) => byte === 0);
}

export function withoutTwins(handles: readonly Handle[]): readonly Handle[] {
  return [...new Map(handles.map((handle) => [handle.toString("hex"), handle])).values()];
}

/** FUNCTION_FAILED, ATTRIBUTE_SENSITIVE, ATTRIBUTE_TYPE_INVALID, ATTRIBUTE_VALUE_INVALID. */
const notToBeHad: ReadonlySet<number> = new Set([0x06, 0x11, 0x12, 0x13]);

/** The values of all of them; undefined if the object lacks one, or the token does not give it. */
export function attributes(
  run: Run,
  handle: Handle,
  types: readonly number[],
): readonly Buffer[] | undefined {
  try {
    const values: readonly unknown[] = run.library
      .C_GetAttributeValue(
        sessionOf(run),
        handle,
        types.map((type) => ({ type })),
      )
      .map(({ value }) => value);
    // if the module returns CK_UNAVAILABLE_INFORMATION, the addon gives no value, whatever its types say
    const given = values.filter((value) => Buffer.isBuffer(value));
    return given.length === types.length ? given : undefined;
  } catch (error) {
    if (error instanceof CryptokiError && notToBeHad.has(error.value)) return undefined;
    throw error;
  }
}

/** The value of each; undefined for one that the object lacks, or the token does not give. */
export function eachAttribute(
  run: Run,
  handle: Handle,
  types: readonly number[],
): readonly (Buffer | undefined)[] {
  // one refused attribute means that all are refused: data objects have no CKA_ID
  return attributes(run, handle, types) ?? types.map((type) => attributes(run, handle, [type])?.[0]);
}

/**
 * A CK_ULONG in the byte order of this machine, which is little endian wherever the module is; undefined for
 * what is none.
 */
export function numberIn(value: Buffer | undefined): number | undefined {
  return value === undefined || value.length < 4 ? undefined : value.readUInt32LE(0);
}

/** A CK_BBOOL; undefined for what is not one. */
export function truthOf(value: Buffer | undefined): boolean | undefined {
  return value?.length === 1 ? value[0] !== 0 : undefined;
}
