import { returnValueName, returnValueNumber } from "../return-values.js";

/**
 * A call that returned something other than CKR_OK. The message reads "C_Login returned CKR_PIN_INCORRECT".
 */
export class CryptokiError extends Error {
  override readonly name = "CryptokiError";
  /** The name of the function: "C_Login". */
  readonly call: string;
  /** The return value, CK_RV. */
  readonly value: number;

  constructor(call: string, value: number) {
    super(`${call} returned ${returnValueName(value)}`);
    this.call = call;
    this.value = value;
  }
}

/**
 * What the addon threw for a call, as a CryptokiError. The addon sets `code` on some errors and on others
 * only writes "CKR_NAME:number" into the message; anything else (a TypeError, say) is returned as it is.
 */
export function asCryptokiError(call: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const written = /(CKR_\w+)(?::(\d+))?/.exec(thrown.message);
  const code =
    "code" in thrown && typeof thrown.code === "number" && thrown.code !== 0 ? thrown.code : undefined;
  if (written === null && code === undefined) return thrown;
  const value =
    code ?? (written?.[2] === undefined ? returnValueNumber(written?.[1] ?? "") : Number(written[2]));
  return value === undefined ? thrown : new CryptokiError(call, value);
}
