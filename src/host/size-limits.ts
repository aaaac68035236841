import { gibibyte, mebibyte } from "../formats/units.js";

/**
 * The most that is read of a file into memory, in bytes, by the kind of file: far more than a real one holds,
 * and little enough for a small host.
 */
export const sizeLimits = {
  /** The record of the PINs that tokens refused. */
  refusedPins: 2 * mebibyte,
  /** A text that a person or an application keeps: a profile, a config.json, settings. */
  text: 5 * mebibyte,
  /** A list that the system or knetctl keeps: accounts, packages, receipts, journals. */
  list: 64 * mebibyte,
  /** A shared library. */
  library: 128 * mebibyte,
  /** Any file that an installer makes or replaces: half of what a whole archive may hold. */
  installed: 512 * mebibyte,
  /**
   * A file that an installation in place left, which no plan has to put back: as much as a whole archive may
   * hold.
   */
  leftInPlace: gibibyte,
  /** The paths of all that is on a host, one after the other. */
  allPaths: gibibyte,
} as const;
