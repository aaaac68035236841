import { X509Certificate, type KeyObject } from "node:crypto";
import type { Handle, Template } from "pkcs11js";
import { CKA_CLASS, CKA_ID, CKA_LABEL, CKA_VALUE, CKO_CERTIFICATE, CKO_PUBLIC_KEY } from "../../constants.js";
import { CryptokiError } from "../../cryptoki-error.js";
import type { Run, SigningKey, KeyKind } from "../check.js";
import { findObjects } from "../find-objects.js";
import { attributes, eachAttribute, isInvalid, numberIn } from "../own-objects.js";

/** More objects than this with one ID are not a pair. */
const mostTwins = 10;

export interface PublicHalves {
  /** The signatures verify with one of them. Empty: none is to be had. */
  readonly keys: readonly KeyObject[];
  /** Read from the private key itself; otherwise from what has its CKA_ID, which need not belong to it. */
  readonly own: boolean;
}

/**
 * What a private key's signatures verify with: its own public parts, else the public keys, else the
 * certificates on the token with its CKA_ID, or with its label if it has no ID.
 */
export function publicHalves(run: Run, key: SigningKey): PublicHalves {
  const { kind } = key;
  if (kind === undefined) return { keys: [], own: false };
  const own = keyIn(run, kind, key.handle);
  if (own !== undefined) return { keys: [own], own: true };
  const publics = partners(run, key, CKO_PUBLIC_KEY).flatMap((handle) => keyIn(run, kind, handle) ?? []);
  if (publics.length > 0) return { keys: publics, own: false };
  const certificates = partners(run, key, CKO_CERTIFICATE);
  return { keys: certificates.flatMap((handle) => keyOfCertificate(run, kind, handle) ?? []), own: false };
}

function keyIn(run: Run, { publicParts, publicKey }: KeyKind, handle: Handle): KeyObject | undefined {
  return readable(() => {
    const parts = attributes(run, handle, publicParts);
    return parts === undefined || parts.some(({ length }) => length === 0) ? undefined : publicKey(parts);
  });
}

/** A certificate that has another kind of key is not that of the private key. */
function keyOfCertificate(run: Run, { nodeTypes }: KeyKind, handle: Handle): KeyObject | undefined {
  return readable(() => {
    const [value] = attributes(run, handle, [CKA_VALUE]) ?? [];
    const key = value && new X509Certificate(value).publicKey;
    return key !== undefined && nodeTypes.includes(key.asymmetricKeyType ?? "") ? key : undefined;
  });
}

/** Undefined for what is not a key; an HSM that cannot be reached is another matter. */
function readable(read: () => KeyObject | undefined): KeyObject | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CryptokiError) throw error;
    return undefined;
  }
}

/** Whatever the search finds: only objects of the class that really have the ID or the label. */
function partners(run: Run, { id, label }: SigningKey, objectClass: number): readonly Handle[] {
  const name = Buffer.from(label);
  const shared = id.length > 0 ? { type: CKA_ID, value: id } : { type: CKA_LABEL, value: name };
  const template: Template = [{ type: CKA_CLASS, value: objectClass }, shared];
  const { handles, fault } = findObjects(run, template, mostTwins);
  if (fault !== undefined) return [];
  return handles
    .slice(0, mostTwins)
    .filter((handle) => !isInvalid(handle))
    .filter((handle) => {
      const [itsClass, itsId, itsLabel] = eachAttribute(run, handle, [CKA_CLASS, CKA_ID, CKA_LABEL]);
      if (numberIn(itsClass) !== objectClass) return false;
      return id.length > 0 ? itsId?.equals(id) === true : itsLabel?.equals(name) === true;
    });
}
