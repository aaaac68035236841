import type { Handle } from "pkcs11js";
import { CKA_CLASS, CKA_ID, CKA_KEY_TYPE, CKA_LABEL, CKA_SIGN, CKO_PRIVATE_KEY } from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { longestName } from "../../inventory.js";
import { isRunObject, removalHint } from "../../run-objects.js";
import { type Check, type Outcome, type Run, type SigningKey, withoutLogin } from "./check.js";
import { findObjects, type Found } from "./find-objects.js";
import { keyKinds } from "./keys/key-kinds.js";
import { eachAttribute, numberIn, truthOf, withoutTwins } from "./own-objects.js";
import { existingSigner } from "./sign-existing.js";

/** Each costs a question to the HSM. */
const mostKeys = 100;
const mostListed = 10;

/**
 * Finds the private keys that may sign, before the run makes any, so that somebody sees that the
 * application's key is there; those that are demanded must be.
 */
export const signingKeys: Check = {
  id: "signing-keys",
  refused: "fail",
  skip: (run) => withoutLogin(run) ?? (run.searchable ? undefined : "objects cannot be searched for"),
  perform(run) {
    const found = search(run);
    if (found.fault !== undefined) return { status: "fail", detail: found.fault };
    run.signingKeys = found.keys;
    if (run.request.task.startsWith("timed")) run.signer = existingSigner(run);
    for (const { label, id, kind } of found.keys)
      run.tell({
        type: "key",
        key: {
          label: label.slice(0, longestName),
          id: id.toString("hex").slice(0, longestName),
          ...named(kind),
        },
      });
    const missing = run.request.keys.filter((wanted) => !found.keys.some(({ label }) => label === wanted));
    if (missing.length > 0 && !run.request.keysElsewhere) return without(missing, found.keys);
    return found.earlier.length > 0 ? leftBefore(run, found) : { status: "info", detail: listed(found) };
  },
};

function named(kind: SigningKey["kind"]): { readonly type?: string } {
  return kind === undefined ? {} : { type: kind.name };
}

interface Keys {
  readonly keys: readonly SigningKey[];
  /** Labels of earlier runs whose keys are still there. */
  readonly earlier: readonly string[];
  readonly complete: boolean;
  readonly fault?: string;
}

function search(run: Run): Keys {
  const { keys: labels } = run.request;
  // a demanded key is looked for by its label too: there may be more keys than are looked at
  const searches = [undefined, ...labels].map((label) => privateKeys(run, label));
  const fault = searches.find((found) => found.fault !== undefined)?.fault;
  if (fault !== undefined) return { keys: [], earlier: [], complete: false, fault };
  const handles = withoutTwins(searches.flatMap((found) => found.handles.slice(0, mostKeys)));
  const seen = handles.flatMap((handle) => keyOf(run, handle) ?? []);
  const isLeft = ({ label, id }: SigningKey): boolean => isRunObject(label, id.toString());
  return {
    keys: seen.filter((key) => !isLeft(key)),
    earlier: [...new Set(seen.filter(isLeft).map(({ label }) => label))],
    complete: searches[0]?.complete === true && searches[0].handles.length <= mostKeys,
  };
}

function privateKeys(run: Run, label: string | undefined): Found {
  return findObjects(
    run,
    [
      { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
      ...(label === undefined ? [] : [{ type: CKA_LABEL, value: Buffer.from(label) }]),
    ],
    mostKeys,
  );
}

const CKR_OBJECT_HANDLE_INVALID = 0x82;

/** Undefined for what is not a private key, whatever the search said, and for one that may not sign. */
function keyOf(run: Run, handle: Handle): SigningKey | undefined {
  try {
    const types = [CKA_CLASS, CKA_KEY_TYPE, CKA_SIGN, CKA_LABEL, CKA_ID];
    const [objectClass, type, signs, label, id] = eachAttribute(run, handle, types);
    if (numberIn(objectClass) !== CKO_PRIVATE_KEY || truthOf(signs) === false) return undefined;
    const kind = keyKinds.find((one) => one.type === numberIn(type));
    return { handle, label: (label ?? Buffer.alloc(0)).toString(), id: id ?? Buffer.alloc(0), kind };
  } catch (error) {
    if (error instanceof CryptokiError && error.value === CKR_OBJECT_HANDLE_INVALID) return undefined;
    throw error;
  }
}

function without(missing: readonly string[], keys: readonly SigningKey[]): Outcome {
  return {
    status: "fail",
    detail: `no signing key is labelled ${missing.map(quoted).join(" or ")}; ${thereAre(keys)}`,
    hint: "compare the label with the application's settings, and check that the key is of this user",
  };
}

function leftBefore(run: Run, { earlier }: Keys): Outcome {
  const [first = ""] = earlier;
  return {
    status: "warn",
    detail: `keys of a smoke test that has not ended, or could not, are on the token: ${earlier.join(", ")}`,
    hint: removalHint(run.request.removal, first),
  };
}

function listed({ keys, complete }: Keys): string {
  return complete ? thereAre(keys) : `${thereAre(keys)}; the token has more keys than were looked at`;
}

function thereAre(keys: readonly SigningKey[]): string {
  if (keys.length === 0) return "no signing key is on the token";
  const names = keys
    .slice(0, mostListed)
    .map(({ label, kind }) => `${quoted(label)} (${kind?.name ?? "other"})`);
  const more = keys.length > mostListed ? ` and ${keys.length - mostListed} more` : "";
  return `${keys.length} on the token: ${names.join(", ")}${more}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
