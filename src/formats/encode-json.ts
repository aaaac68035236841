/**
 * One JSON value on one line: a string, finite number, boolean, null, or a list of those (`["A", "B"]`).
 * Throws a TypeError for anything else: `undefined`, NaN and objects are mistakes of the caller, which
 * `JSON.stringify` would turn into silence, `null` or whatever a `toJSON` says.
 */
export function encodeJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(encodeScalar).join(", ")}]`;
  return encodeScalar(value);
}

function encodeScalar(value: unknown): string {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError(`a value of type ${typeof value} cannot be written as JSON`);
}
