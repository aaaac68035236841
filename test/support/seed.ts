/**
 * What tests that sample choose by: the same points and inputs in each run, so that a failure is seen again,
 * until KNETCTL_TEST_SEED names another number. `npm test` prints it. The long forms (KNETCTL_SWEEP=all) take
 * every point.
 */
export const seed = wholeNumber(process.env["KNETCTL_TEST_SEED"]) ?? 1;

/** A whole number from 0 up to but not `below`, the same for the same seed and name. */
export function sampled(name: string, below: number): number {
  // FNV-1a, and a last mixing so that names that differ at their end alone are far apart
  let hash = 0x811c9dc5 ^ seed;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % below;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
