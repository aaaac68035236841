import { isDeepStrictEqual } from "node:util";
import type { Test } from "tap";

/** Tells tap of differences alone: what it is told takes it longer than to find out. */
export function same(t: Test, found: unknown, wanted: unknown, why = "the same"): void {
  if (!isDeepStrictEqual(found, wanted)) t.strictSame(found, wanted, why);
}
