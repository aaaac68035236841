import type { Handle } from "pkcs11js";
import { CryptokiError } from "../cryptoki-error.js";
import { sessionOf, type Run } from "./check.js";

/** FUNCTION_FAILED, ATTRIBUTE_SENSITIVE, ATTRIBUTE_TYPE_INVALID, ATTRIBUTE_VALUE_INVALID. */
const notToBeHad: ReadonlySet<number> = new Set([0x06, 0x11, 0x12, 0x13]);

/** All of them; undefined where the object does not have one, or the token does not give it. */
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
    // where the module says CK_UNAVAILABLE_INFORMATION the addon gives no value, whatever its types say
    const given = values.filter((value) => Buffer.isBuffer(value));
    return given.length === types.length ? given : undefined;
  } catch (error) {
    if (error instanceof CryptokiError && notToBeHad.has(error.value)) return undefined;
    throw error;
  }
}
