import { CryptokiError } from "../../cryptoki-error.js";
import { returnValueName } from "../../../return-values.js";
import type { Outcome, Run } from "../check.js";

/**
 * GENERAL_ERROR, FUNCTION_FAILED, ATTRIBUTE_READ_ONLY, ATTRIBUTE_TYPE_INVALID, ATTRIBUTE_VALUE_INVALID,
 * ACTION_PROHIBITED, TEMPLATE_INCOMPLETE, TEMPLATE_INCONSISTENT: with these, modules refuse objects that end
 * with the session, as those whose HSM knows none (KMIP) must.
 */
const sessionRefusals: ReadonlySet<number> = new Set([0x05, 0x06, 0x10, 0x12, 0x13, 0x1b, 0xd0, 0xd1]);

interface MadeKey<T> {
  readonly value: T;
  /** Why it was made on the token: `: the module refuses session objects (CKR_…)`. Empty: nothing to say. */
  readonly why: string;
}

/**
 * Makes a key in the session or, if the module refuses that, on the token, where this is allowed and the run
 * cannot sign without one (`signs`). A refusal of session objects that is left at that is returned; any other
 * is thrown.
 */
export function orOnToken<T>(run: Run, signs: boolean, make: () => T): MadeKey<T> | CryptokiError {
  if (run.life === "token") {
    run.tell({ type: "token-objects" });
    return { value: make(), why: "" };
  }
  try {
    return { value: make(), why: "" };
  } catch (error) {
    if (!(error instanceof CryptokiError) || !sessionRefusals.has(error.value)) throw error;
    if (signs || run.request.tokenObjects === "never" || !run.writable) return error;
    run.life = "token";
    run.tell({ type: "token-objects" });
    return { value: make(), why: `: the module refuses session objects (${returnValueName(error.value)})` };
  }
}

/** Whether keys are made on the token because the module left no other way; what proves nothing is not. */
export function refusesSessionObjects({ life, request }: Run): boolean {
  return life === "token" && request.tokenObjects !== "always";
}

/** The outcome where session objects are refused and none were made on the token. */
export function withoutSessionObjects(run: Run, error: CryptokiError): Outcome {
  const why = run.writable
    ? run.request.tokenObjects === "never"
      ? "and keys may not be made on the token"
      : "and a key that is on the token signs, so none was made there"
    : "and the session is read-only";
  return {
    status: "skip",
    detail: `the module refuses session objects, ${why}: ${error.message}`,
    ckr: returnValueName(error.value),
  };
}
