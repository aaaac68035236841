/**
 * Why a setting is held by no form, whatever its rules, in words that quote nothing of it; undefined when one
 * may hold it.
 */
export function noFormHolds(key: string, value: string): string | undefined {
  const text = `${key}=${value}`;
  if (/[\uD800-\uDFFF]/u.test(text)) return "half of a surrogate pair is no character";
  if (text.includes("\0")) return "no setting can hold a NUL";
  if (`:${key}:`.includes("::")) return "a part of the key is empty";
  return undefined;
}

/** At the start of a file U+FEFF is a byte order mark. */
export const markReason = "a name that begins with U+FEFF can lose it, as a byte order mark";
