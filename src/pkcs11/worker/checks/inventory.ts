import { createHash } from "node:crypto";
import type { Handle } from "pkcs11js";
import { counted } from "../../../formats/text/counted.js";
import {
  CKA_CLASS,
  CKA_EC_PARAMS,
  CKA_EC_POINT,
  CKA_ID,
  CKA_LABEL,
  CKA_MODULUS,
  CKA_PUBLIC_EXPONENT,
  CKA_VALUE,
  CKO_CERTIFICATE,
  CKO_DATA,
  CKO_PRIVATE_KEY,
  CKO_PUBLIC_KEY,
  CKO_SECRET_KEY,
} from "../constants.js";
import { longestName, mostObjects, type InventoryObject } from "../../inventory.js";
import { attributes, eachAttribute, numberIn } from "./own-objects.js";
import type { Check, Run } from "./check.js";
import { plainPoint } from "./keys/public-keys.js";
import { findObjects } from "./find-objects.js";

/**
 * Reports what is on the token, object by object, before the run creates any objects. Reads only public
 * parts.
 */
export const inventory: Check = {
  id: "inventory",
  refused: "fail",
  perform(run) {
    const { handles, complete: ended, fault } = findObjects(run, [], mostObjects);
    if (fault !== undefined) return { status: "fail", detail: fault };
    const complete = ended && handles.length <= mostObjects;
    for (const handle of handles.slice(0, mostObjects))
      run.tell({ type: "object", object: objectOf(run, handle) });
    run.tell({ type: "inventory", complete });
    return {
      status: "info",
      detail: complete
        ? counted(handles.length, "object")
        : `the first ${mostObjects} objects; there are more`,
    };
  },
};

const classNames: ReadonlyMap<number, string> = new Map([
  [CKO_DATA, "data"],
  [CKO_CERTIFICATE, "certificate"],
  [CKO_PUBLIC_KEY, "public-key"],
  [CKO_PRIVATE_KEY, "private-key"],
  [CKO_SECRET_KEY, "secret-key"],
]);

/** A class that cannot be read is not a known one. */
const unknownClass = 0xffff_ffff;

function objectOf(run: Run, handle: Handle): InventoryObject {
  const [classBytes, label, id] = eachAttribute(run, handle, [CKA_CLASS, CKA_LABEL, CKA_ID]);
  const objectClass = numberIn(classBytes) ?? unknownClass;
  const sha256 = hashOf(run, handle, objectClass);
  return {
    class: classNames.get(objectClass) ?? `0x${objectClass.toString(16)}`,
    label: (label ?? Buffer.alloc(0)).toString().slice(0, longestName),
    id: (id ?? Buffer.alloc(0)).toString("hex").slice(0, longestName),
    ...(sha256 !== undefined && { sha256 }),
  };
}

function hashOf(run: Run, handle: Handle, objectClass: number): string | undefined {
  switch (objectClass) {
    case CKO_PUBLIC_KEY:
    case CKO_PRIVATE_KEY:
      return (
        hash(attributes(run, handle, [CKA_MODULUS, CKA_PUBLIC_EXPONENT])?.map(withoutZeros)) ??
        hashOfPoint(attributes(run, handle, [CKA_EC_PARAMS, CKA_EC_POINT]))
      );
    case CKO_CERTIFICATE:
      return hash(attributes(run, handle, [CKA_VALUE]));
    default:
      return undefined;
  }
}

/** The hash of the values, each preceded by its length; undefined if one of them is missing or empty. */
function hash(values: readonly Buffer[] | undefined): string | undefined {
  if (values === undefined || values.some(({ length }) => length === 0)) return undefined;
  const digest = createHash("sha256");
  for (const bytes of values) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  }
  return digest.digest("hex");
}

/** A number as every member has it, whether it writes leading zeros or not. */
function withoutZeros(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  return number.subarray(first === -1 ? number.length : first);
}

function hashOfPoint([parameters, point]: readonly Buffer[] = []): string | undefined {
  const isThere = parameters !== undefined && point !== undefined && point.length > 0;
  return isThere ? hash(plainPoint(parameters, point)) : undefined;
}
