const mebibyte = 1024 ** 2;

/**
 * The most that is read of a file into memory, in bytes, by the kind of file: far more than a real one holds,
 * and little enough for a small host.
 */
export const sizeLimits = {
  /** A text that a person or an application keeps: a profile, settings. */
  text: 5 * mebibyte,
  /** A list that the system or knetctl keeps: accounts, packages, receipts, journals. */
  list: 64 * mebibyte,
  /** A shared library. */
  library: 128 * mebibyte,
  /** Any file that an installer makes or replaces: half of what a whole archive may hold. */
  installed: 512 * mebibyte,
} as const;
